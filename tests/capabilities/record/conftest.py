"""A house with a few types, people who own paths, and short ways to bring the record into a state."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from flows import Runner, run_jobs  # noqa: F401 - a fixture
from headrace.app import CAPABILITIES
from headrace.capabilities.artifacts import service as artifacts
from headrace.capabilities.artifacts.layout import Bullets, Field, Kind, Prose
from headrace.capabilities.artifacts.model import (
    ArtifactId,
    ArtifactType,
    Draft,
    Link,
    Made,
    Projection,
    Storage,
    Version,
    VersionRef,
)
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service
from headrace.capabilities.record.issues.fake_tracker import FakeTracker
from headrace.capabilities.record.model import (
    ArchiveRule,
    BackendKind,
    BranchName,
    ChangeRequest,
    Done,
    Foundation,
    IssueForm,
    IssueIntake,
    IssuePart,
    IssueParts,
    OfferedIssue,
    PartMove,
    Places,
    Proposal,
    ReviewVerdict,
    WorkBackend,
)
from headrace.kernel.capability import Capability, Check
from headrace.kernel.context import Actor, ActorKind, Ctx
from headrace.kernel.errors import Invalid
from headrace.kernel.house import House
from headrace.kernel.ids import OrganisationId
from headrace.kernel.unit import Units

OWNERS = """\
*                     @steering
/work/missions/       @vp-product
/work/missions/*/CONTRACT.md  @vp-product @leads
/CODEOWNERS           @steering
"""

LIVE: dict[str, str] = {}
"""Status by artifact, as a room above would draw it from its rows; emptied after each test."""


def _status(ctx: Ctx, artifact) -> dict[str, str]:
    found = LIVE.get(artifact.id)
    return {} if found is None else {"fields.status": found}


TYPES = (
    ArtifactType(
        name="signal",
        title="Signal",
        path="work/signals/{date}-{slug}.md",
        immutable=True,
        approval=False,
        fields=(Field(name="category", kind=Kind.CHOICE, choices=("customer", "technical")),),
        sections=(Prose(name="observation", required=True),),
    ),
    ArtifactType(
        name="brief",
        title="Mission Brief",
        path="work/missions/{mission}/BRIEF.md",
        reference_shape="MISSION-{year}-{number:03}",
        context_kind="mission",
        fields=(Field(name="status", projected=True), Field(name="sponsor")),
        sections=(Prose(name="objective", required=True), Bullets(name="scope")),
    ),
    ArtifactType(
        name="contract",
        title="Outcome Contract",
        path="work/missions/{mission}/CONTRACT.md",
        context_kind="mission",
        sections=(Prose(name="outcomes", required=True),),
    ),
    ArtifactType(
        name="status",
        title="Status",
        path="work/missions/{mission}/STATUS.md",
        approval=False,
        bump=False,
        context_kind="mission",
        fields=(Field(name="status", projected=True),),
        sections=(Prose(name="summary"),),
    ),
    ArtifactType(
        name="measure",
        title="Measure",
        path="rows/{slug}",
        record=Storage.ROWS,
        approval=False,
        sections=(Prose(name="text"),),
    ),
)

DONE: dict[str, datetime | str] = {}
"""Since when artifacts are done, or why they are not, as a room above would know; emptied after
each test."""


def _done(ctx: Ctx, artifact) -> Done | str:
    found = DONE.get(artifact.id, "it waits for an answer")
    return found if isinstance(found, str) else Done(since=found, because="it was answered")


PARTS: list[IssuePart] = []
"""What within every status has an issue of its own, as a room above would draw it; emptied after
each test."""

MOVES: list[PartMove] = []
"""What people did to these issues, as that room was told; emptied after each test."""


def _move(ctx: Ctx, artifact, moved: PartMove) -> str:
    MOVES.append(moved)
    return "" if moved.closed_as == "not_planned" else "it is done when it is done"


REASONS: list[str] = []
"""What a check of a room above has against every merge; emptied after each test."""


BUSY: list[str] = []
"""What a room above has at work; emptied after each test."""


both_backends = pytest.mark.parametrize("backend", [*BackendKind], indirect=True)
"""For tests of rules: they hold wherever work products are kept."""

FORMS = (
    IssueForm(type="signal", labels=("artifact:signal",), told=(("category", "fields.category"),)),
    IssueForm(
        type="brief",
        labels=("artifact:mission",),
        dropped=("fields.status", ("cancelled",)),
    ),
    IssueForm(type="contract", labels=("artifact:contract",), within="brief"),
    IssueForm(type="status", labels=("artifact:status",), within="brief"),
)


class NothingSeen(Invalid):
    """An issue that says nothing."""

    code = "test.nothing_seen"


def _seen(ctx: Ctx, issue: OfferedIssue) -> Draft:
    if not issue.text:
        raise NothingSeen("it says nothing")
    return Draft(
        type="signal",
        slug=f"issue-{issue.number}",
        parts={"date": "2026-03-15"},
        context="organisation",
        content={"title": issue.title, "sections": {"observation": issue.text}},
        made=Made(by=issue.by, brain="human" if issue.is_known else "external"),
    )


def compose(folder: Path, backend: WorkBackend) -> House:
    packs = Capability(
        name="test-pack",
        declares=(
            *TYPES,
            *FORMS,
            backend,
            Projection(type="brief", run=_status),
            Projection(type="status", run=_status),
            IssueIntake(type="signal", draft=_seen),
            IssueParts(type="status", within="brief", draw=lambda ctx, _: PARTS, move=_move),
            ArchiveRule(type="signal", after=timedelta(days=30), done=_done),
            ArchiveRule(type="brief", after=timedelta(days=90), done=_done, folder=True),
            Foundation(files={"CODEOWNERS": OWNERS}),
            BranchName(type="signal", shape="signal/{date}-{slug}"),
            BranchName(type="brief", shape="mission/{mission}/brief"),
            Places(repositories=folder / "repositories", worktrees=folder / "worktrees"),
        ),
        checks=(
            Check(question="record.merge", name="test.reasons", run=lambda ctx, change: REASONS),
            Check(question="record.replace", name="test.busy", run=lambda ctx, _: BUSY),
        ),
    )
    names = [capability.name for capability in CAPABILITIES]
    lower = CAPABILITIES[: names.index("record") + 1]  # rooms above have tests of their own
    return House((*lower, packs))


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("record")


@pytest.fixture
def backend(request) -> WorkBackend:
    """Files in Git; with the parameter "github-issues", the tracker."""
    kind = BackendKind(getattr(request, "param", BackendKind.GIT_FILES))
    if kind is BackendKind.GIT_FILES:
        return WorkBackend()
    tracker = request.getfixturevalue("tracker")
    return replace(
        tracker.backend(),
        overrides={"measure": BackendKind.GIT_FILES},
        intake_label="artifact:signal",
    )


@pytest.fixture
def house(folder, backend) -> House:
    return compose(folder, backend)


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    LIVE.clear()
    DONE.clear()
    REASONS.clear()
    BUSY.clear()
    PARTS.clear()
    MOVES.clear()


@dataclass
class Record:
    """The record of the test's organisation, with short ways to use it."""

    units: Units
    organisation: OrganisationId
    system: Actor
    jobs: Runner
    people: dict[str, Actor]
    tracker: FakeTracker | None = None  # where one was asked for
    live = LIVE
    done = DONE
    reasons = REASONS
    busy = BUSY
    parts = PARTS
    moves = MOVES

    def do(self, verb, *args, by: str | None = None, **kwargs):
        actor = self.system if by is None else self.people[by]
        return self.units.run(actor, verb, *args, **kwargs)

    def propose(self, type: str, slug: str = "export", *, by: str = "writer", **facts) -> Version:
        """A version of that type; `text` is the content of its one required section."""
        text = facts.pop("text", "Customers export all their data.")
        sections = {
            "signal": {"observation": text},
            "brief": {"objective": text, "scope": ["everything"]},
            "contract": {"outcomes": text},
            "status": {"summary": text},
            "measure": {"text": text},
        }[type]
        context = facts.pop("context", "organisation" if type == "signal" else f"mission:{slug}")
        mission = facts.pop("mission", slug)
        parts = {"date": "2026-03-15"} if type == "signal" else {"mission": mission}
        links = tuple(Link(target=ref) for ref in facts.pop("links", ()))
        brain = facts.pop("brain", "model")
        draft = Draft(
            type=type,
            slug=slug,
            context=context,
            content={"title": facts.pop("title", f"The {type}"), "sections": sections},
            made=Made(by=self.people[by].principal, brain=brain, run=facts.pop("run", None)),
            parts=parts if type != "measure" else {},
            links=links,
            **facts,
        )
        return self.do(artifacts.propose, draft)

    def open(self, *versions: Version, drain: bool = True, **facts) -> ChangeRequest:
        """A change request with these versions, by the writer, its branch written."""
        proposal = Proposal(
            title=facts.pop("title", "Brief and contract"),
            context=facts.pop("context", versions[0].context if versions else "mission:export"),
            members=tuple(version.ref for version in versions),
            author=self.people["writer"].principal,
            **facts,
        )
        made = self.do(service.open_change, proposal)
        if drain:
            self.jobs()
        return self.change(made.id)

    def change(self, id: str) -> ChangeRequest:
        return self.do(service.change, id)

    def approve(self, change: ChangeRequest, by: str = "vp-product") -> None:
        self.do(service.review, change.id, ReviewVerdict.APPROVE, by=by)

    def merge(self, change: ChangeRequest, *, drain: bool = True) -> ChangeRequest:
        """Approved and merged."""
        self.approve(change)
        self.do(service.merge, change.id, by="vp-product")
        if drain:
            self.jobs()
        return self.change(change.id)

    def merged(self, *versions: Version, **facts) -> ChangeRequest:
        return self.merge(self.open(*versions, **facts))

    def file(self, *versions: Version, drain: bool = True) -> None:
        self.do(service.file_versions, [version.ref for version in versions])
        if drain:
            self.jobs()

    def effective(self, artifact: str) -> int | None:
        found = self.do(artifacts.effective, ArtifactId(artifact))
        return None if found is None else found.ref.number

    def version(self, text: str) -> Version:
        return self.do(artifacts.get_version, VersionRef.parse(text))

    @property
    def place(self) -> Path:
        """The folder of the organisation's own repository."""
        found = self.do(service.repository, "organisation")
        return self.do(service.location, found)

    def git(self, *arguments: str) -> str:
        return git(self.place, *arguments)

    def log(self, branch: str = "main") -> list[str]:
        """Subjects of the commits made on the branch itself, oldest first."""
        return self.git("log", "--first-parent", "--reverse", "--format=%s", branch).splitlines()

    def kept(self, artifact: str) -> str:
        """The text of its decided version, wherever that is kept."""
        if self.do(service.in_git, artifact):
            return self.show(self.do(artifacts.get, artifact).path)
        number = next(o.number for o in self.do(service.issues) if o.artifact == artifact)
        return str(self.tracker.issues[number]["body"])

    def show(self, path: str, branch: str = "main") -> str:
        return self.git("show", f"{branch}:{path}")

    def raised(self, path: str, old: str, new: str) -> str:
        """The file with these words changed, as the version after the one it says it is."""
        text = self.show(path).replace(old, new)
        return re.sub(
            r"(?m)^version: (\d+)$", lambda found: f"version: {int(found[1]) + 1}", text, count=1
        )

    def edited(self, path: str, text: str, on: str = "main") -> str:
        """A commit made with plain Git, on top of `on`; no branch points at it."""
        blob = git(self.place, "hash-object", "-w", "--stdin", stdin=text)
        listed = self.git("ls-tree", "-r", on).splitlines()
        lines = [line for line in listed if line.partition("\t")[2] != path]
        tree = _tree(self.place, [*lines, f"100644 blob {blob}\t{path}"])
        return self.git("commit-tree", "-p", on, "-m", "By hand", tree)

    def events(self, *types: str) -> list[dict]:
        """Payloads of the organisation's events of these types, in order."""
        with self.units.open(self.system) as ctx:
            rows = ctx.db.exec_driver_sql(
                "SELECT type, payload FROM journal_event WHERE organisation = %s AND type = ANY(%s) "
                "ORDER BY recorded_at, lineage, number",
                (self.organisation, list(types)),
            )
            return [{"type": row.type, **row.payload} for row in rows]


def git(
    folder: Path, *arguments: str, stdin: str | None = None, env: dict[str, str] | None = None
) -> str:
    """What real Git, untouched by our adapter, says in `folder`."""
    identity = ["-c", "user.name=Ada Hand", "-c", "user.email=ada@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        input=stdin,
        env={
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": "/nonexistent",
            **(env or {}),
        },
    ).stdout.strip()


def _tree(place: Path, lines: list[str]) -> str:
    """A tree of `ls-tree -r` lines, made through an index of its own."""
    index = {"GIT_INDEX_FILE": str(place / "hand-index")}
    listed = "\n".join(lines) + "\n"
    git(place, "read-tree", "--empty", env=index)
    git(place, "update-index", "--index-info", stdin=listed, env=index)
    return git(place, "write-tree", env=index)


@dataclass
class Hand:
    """A person with a clone, who edits files and pushes them to the main branch."""

    record: Record
    folder: Path

    def commit(self, changes: dict[str, str | None], message: str = "By hand") -> str:
        """Commit and push the changes; the commit. None deletes a file."""
        if not self.folder.exists():
            git(self.folder.parent, "clone", "-q", str(self.record.place), str(self.folder))
        git(self.folder, "pull", "-q", "--ff-only")
        for path, text in changes.items():
            place = self.folder / path
            if text is None:
                place.unlink()
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "-q", "-m", message)
        git(self.folder, "push", "-q", "origin", "HEAD:main")
        return git(self.folder, "rev-parse", "HEAD")


@pytest.fixture
def record(request, backend, units, organisation, system, run_jobs) -> Record:  # noqa: F811 - the fixture above
    """A founded organisation with a writer, two owners, and a team of two."""
    made = Record(units=units, organisation=organisation, system=system, jobs=run_jobs, people={})
    if backend.kind is BackendKind.GITHUB_ISSUES:
        made.tracker = request.getfixturevalue("tracker")
    made.do(people.found_organisation, slug=organisation.replace("_", "-"), name="Acme")
    for handle in ("writer", "vp-product", "steering", "lead-one", "lead-two", "ada"):
        principal = made.do(people.add_principal, handle=handle)
        made.people[handle] = Actor(
            organisation=organisation, principal=principal.id, kind=ActorKind.PERSON
        )
    made.do(people.add_team, handle="leads")
    for member in ("lead-one", "lead-two"):
        made.do(people.join_team, "leads", member)
    run_jobs()
    return made


@pytest.fixture
def hand(record, tmp_path) -> Hand:
    return Hand(record=record, folder=tmp_path / "clone")


@pytest.fixture
def wipe(database):
    """Empties the tables of artifacts and of the record, as a lost database would; Git stays."""

    def one() -> None:
        owner = sa.create_engine(database.addresses.owner, poolclass=sa.NullPool)
        with owner.begin() as db:
            names = db.execute(
                sa.text(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
                    "AND (tablename LIKE 'artifacts\\_%' OR tablename LIKE 'record\\_%')"
                )
            ).scalars()
            db.execute(sa.text(f"TRUNCATE {', '.join(names)} CASCADE"))

    return one
