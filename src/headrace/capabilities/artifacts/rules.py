"""What artifacts may do. Pure."""

from collections.abc import Mapping

from headrace.capabilities.artifacts.layout.identity import changed_elements
from headrace.capabilities.artifacts.model import (
    Artifact,
    ArtifactType,
    Draft,
    Drift,
    Told,
    Version,
    VersionRef,
)
from headrace.kernel.errors import Refusal

PERSON = "human"
"""The brain of a version that a person wrote."""


def new_version(
    layout: ArtifactType, present: Artifact | None, head_brain: str | None, draft: Draft
) -> int | Refusal:
    """The number of the draft's version, or every reason why it may not be one.

    A person's head is never overwritten by a draft that did not know it. What never needs an approval
    is filed as soon as it is handed in; what needs one may be sent back and mended until it has it.
    """
    if present is None:
        return 1
    reasons = []
    if present.archived:
        reasons.append(
            f"{present.id} is archived; bring it back first with "
            f"`headrace artifact unarchive {present.id} --why …`"
        )
    if layout.immutable and (present.effective is not None or not layout.approval):
        reasons.append(
            f"{present.id} is filed and a {layout.title} is never edited; "
            "file a new one that supersedes it"
        )
    if present.context != draft.context:
        reasons.append(f"{present.id} belongs to {present.context}, not to {draft.context}")
    if draft.base is not None and draft.base != present.head:
        reasons.append(
            f"it was made on version {draft.base}, and version {present.head} is newest now; "
            "make it again on that one"
        )
    elif draft.base is None and head_brain == PERSON and draft.made.brain != PERSON:
        reasons.append(
            f"a person wrote version {present.head}; name it as the base and keep what they wrote"
        )
    return Refusal(tuple(reasons)) if reasons else present.head + 1


def drift(
    version: VersionRef,
    on: VersionRef,
    then: Mapping[str, str],
    now: tuple[int, Mapping[str, str]],
) -> Drift | None:
    """What has changed under `version` since it was made on `on`: element hashes then and now."""
    number, hashes = now
    if number == on.number:
        return None
    changed = changed_elements(then, hashes)
    if on.element:
        inside = (on.element, f"{on.element}.", f"{on.element}[")
        changed = tuple(e for e in changed if e == inside[0] or e.startswith(inside[1:]))
    if not changed:
        return None
    return Drift(version=version, on=on, now=number, elements=changed)


def differing(
    artifact: Artifact,
    stored: Version,
    told: Told,
    *,
    same_content: bool,
    same_elements: bool,
    same_links: bool,
) -> tuple[str, ...]:
    """The names of what differs between a row and what the record tells of it."""
    merged = (stored.change, stored.commit, stored.no_effect)
    equal = {
        "content": same_content and stored.title == str(told.content.get("title", "")),
        "elements": same_elements,
        "links": same_links,
        "maker": stored.made == told.made and stored.context == told.context,
        "note": stored.note == told.note,
        # What is not merged is decided in rows alone.
        "standing": told.commit is None or merged == (told.change, told.commit, told.no_effect),
        "pointers": artifact.head >= told.ref.number
        and (told.commit is None or (artifact.effective or 0) >= told.ref.number),
    }
    return tuple(name for name, same in equal.items() if not same)


def told_version(
    artifact: Artifact, stored: Version | None, told: Told, content_hash: str
) -> Version:
    """The version that a row is made of again; what is not merged stands as rows say, if there are."""
    merged = told.commit is not None
    return Version(
        ref=told.ref,
        type=told.type,
        context=told.context,
        path=artifact.path,
        title=str(told.content.get("title", "")),
        content=told.content,
        content_hash=content_hash,
        phase=told.phase if stored is None or merged != _is_merged(stored) else stored.phase,
        made=told.made,
        base=told.ref.number - 1 or None,
        note=told.note,
        change=told.change if stored is None or merged else stored.change,
        commit=told.commit,
        no_effect=told.no_effect,
        created_at=told.at,
    )


def _is_merged(version: Version) -> bool:
    return version.commit is not None
