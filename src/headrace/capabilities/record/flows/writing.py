"""Writing to the main branch in batches: filings, and files drawn anew from live rows."""

from dataclasses import replace

from headrace.capabilities.record import provenance, service
from headrace.capabilities.record.flows import grounds
from headrace.capabilities.record.git.commits import commit_files
from headrace.capabilities.record.git.model import Commit, CommitId
from headrace.capabilities.record.git.repository import Repository
from headrace.capabilities.record.model import (
    BatchFile,
    BatchPlan,
    BatchWritten,
    FileText,
    Note,
)
from headrace.capabilities.record.service import notes
from headrace.kernel.flow import Steps


def file(steps: Steps, *, batch: str) -> None:
    """Write what waits to be filed in one commit."""
    plan = steps.verb(service.claim_filings, batch)
    if plan is None:
        return
    written = steps.act("write batch", lambda key: write_batch(plan), BatchWritten)
    steps.verb(service.filed, batch, written)


def draw(steps: Steps, *, batch: str) -> None:
    """Draw files anew in one commit."""
    plan = steps.verb(service.claim_projections, batch)
    if plan is None:
        return
    written = steps.act("write batch", lambda key: write_batch(plan), BatchWritten)
    steps.verb(service.drawn, batch, written)


def write_batch(plan: BatchPlan) -> BatchWritten:
    """The batch in one commit, once, whatever crashes; files that a hand has touched are left out."""
    return grounds.written_once(
        plan.ground,
        plan.batch,
        write=lambda repository, onto: _written(repository, plan, onto),
        read_back=lambda _, commit: _read_back(plan, commit),
        rewritten=lambda onto: BatchWritten(found=onto),
    )


def _written(repository: Repository, plan: BatchPlan, onto: CommitId) -> BatchWritten:
    by_hand = grounds.touched_by_hand(repository, plan.ground.known, onto)
    touched = tuple(file.artifact for file in plan.files if file.path in by_hand)
    files = [
        file
        for file in plan.files
        if file.path not in by_hand and (not plan.drawn or _stands(repository, onto, file))
    ]
    if not files:
        return BatchWritten(touched=touched)
    texts = grounds.contents(FileText(path=file.path, text=file.text) for file in files)
    note = grounds.commit_note(_of(plan.note, files))
    commit = commit_files(repository, plan.ground.branch, texts, note, base=onto)
    if commit is None and plan.drawn:
        return BatchWritten(touched=touched)
    return BatchWritten(
        commit=commit or onto,
        onto=onto,
        artifacts=tuple(file.artifact for file in files),
        touched=touched,
    )


def _stands(repository: Repository, at: CommitId, file: BatchFile) -> bool:
    """Whether the version that was drawn is the one in the file; a newer one draws itself."""
    text = grounds.text_at(repository, at, file.path)
    return text is not None and provenance.claimed(text) == (file.artifact, file.number)


def _read_back(plan: BatchPlan, commit: Commit) -> BatchWritten:
    said = {trailer.value.partition(" ")[0] for trailer in commit.trailers}
    done = [file for file in plan.files if f"{file.artifact}@{file.number}" in said]
    left = [file for file in plan.files if file not in done]
    return BatchWritten(
        commit=commit.id,
        onto=commit.parents[0] if commit.parents else None,
        artifacts=tuple(file.artifact for file in done),
        touched=() if plan.drawn else tuple(file.artifact for file in left),
    )


def _of(note: Note, files: list[BatchFile]) -> Note:
    """The note without the trailers of files that were left out."""
    written = {f"{file.artifact}@{file.number}" for file in files}
    named = (notes.ARTIFACT, notes.PROJECTION)
    kept = tuple(
        (key, value)
        for key, value in note.trailers
        if key not in named or value.partition(" ")[0] in written
    )
    return replace(note, trailers=kept)
