"""Repositories: the organisation's own is founded with it; a product's is copied from what a user brings."""

import subprocess

import pytest

from flows import every_crash
from headrace.capabilities.people import service as people
from headrace.capabilities.record import service
from headrace.capabilities.record.model import (
    BranchTaken,
    ChangeState,
    Proposal,
    ProposalRefused,
    RepositoryState,
    SlugTaken,
)


def git(folder, *arguments: str) -> str:
    identity = ["-c", "user.name=Hand", "-c", "user.email=hand@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def source(tmp_path):
    """A user's repository: a default branch with another name, and a file."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    (folder / "CODEOWNERS").write_text("/api/ @vp-product\n")
    (folder / "api").mkdir()
    (folder / "api" / "rows.py").write_text("one\n\n\ntwo\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    return folder


@pytest.fixture
def product(record, source):
    """The user's repository, taken in as `shop`; its folder here."""
    record.do(service.add_repository, slug="shop", source=str(source))
    record.jobs()
    return record.do(service.location, record.do(service.repository, "shop"))


def commit(product, tmp_path, branch: str, changes: dict[str, str]) -> str:
    """Commits on a branch of the product, as an agent in a worktree does."""
    folder = tmp_path / branch.replace("/", "-")
    if not folder.exists():
        git(tmp_path, "clone", "-q", str(product), str(folder))
        git(folder, "switch", "-q", "-c", branch)
    for path, text in changes.items():
        (folder / path).write_text(text)
    git(folder, "commit", "-q", "-a", "-m", f"Work on {branch}")
    git(folder, "push", "-q", "origin", branch)
    return git(folder, "rev-parse", "HEAD")


def proposal(record, branch: str, head: str, **facts) -> Proposal:
    return Proposal(
        **{
            "title": "Serve rows",
            "context": "mission:export",
            "repository": "shop",
            "branch": branch,
            "head": head,
            "tasks": ("TASK-1",),
            "author": record.people["writer"].principal,
        }
        | facts
    )


def opened(record, branch: str, head: str, **facts):
    made = record.do(service.open_change, proposal(record, branch, head, **facts))
    record.jobs()
    return record.change(made.id)


def merged(record, change, by: str = "vp-product"):
    record.approve(change, by=by)
    record.do(service.merge, change.id, by=by)
    record.jobs()
    return record.change(change.id)


def test_founding_an_organisation_lays_down_its_record(record):
    repository = record.do(service.repository, "organisation")

    assert repository.state is RepositoryState.ACTIVE
    assert record.git("ls-tree", "-r", "--name-only", "main").split() == ["CODEOWNERS", "README.md"]
    assert "/work/missions/" in record.show("CODEOWNERS")
    assert repository.known == record.git("rev-parse", "main")


@pytest.mark.parametrize(
    "crash", every_crash("record.found", 3), ids=lambda c: f"{c.when} step {c.step}"
)
def test_founding_survives_a_crash_at_every_step(units, organisation, system, run_jobs, crash):
    units.run(system, people.found_organisation, slug=organisation.replace("_", "-"), name="Acme")

    assert run_jobs(crash=crash).crashed
    run_jobs()

    repository = units.run(system, service.repository, "organisation")
    place = units.run(system, service.location, repository)
    assert repository.state is RepositoryState.ACTIVE
    assert git(place, "rev-list", "--count", "main") == "1"


def test_what_is_proposed_while_the_repository_is_being_made_waits_for_it(
    units, organisation, system, run_jobs, record
):
    # The fixture has founded one; its repository is put back to where it was being made.
    change = record.propose("brief")
    signal = record.propose("signal")
    with units.open(system) as ctx:
        ctx.db.exec_driver_sql("UPDATE record_repository SET state = 'preparing'")
    waiting = record.open(change)
    record.file(signal)
    assert waiting.state is ChangeState.OPENING
    assert record.effective("signal/export") is None
    repository = record.do(service.repository, "organisation")

    run_jobs.start("record.found", "again", repository=repository.id)
    run_jobs()

    assert record.change(waiting.id).state is ChangeState.OPEN
    assert record.effective("signal/export") == 1


def test_a_product_is_copied_with_its_default_branch(record, source, product):
    repository = record.do(service.repository, "shop")

    assert (repository.state, repository.default_branch) == (RepositoryState.ACTIVE, "trunk")
    assert repository.known == git(source, "rev-parse", "trunk")
    assert git(product, "show", "trunk:api/rows.py") == git(source, "show", "trunk:api/rows.py")


@pytest.mark.parametrize(
    "crash", every_crash("record.import", 3), ids=lambda c: f"{c.when} step {c.step}"
)
def test_taking_in_survives_a_crash_at_every_step(record, source, crash):
    record.do(service.add_repository, slug="shop", source=str(source))

    assert record.jobs(crash=crash).crashed
    record.jobs()

    assert record.do(service.repository, "shop").state is RepositoryState.ACTIVE


def test_a_source_that_is_not_there_fails_with_its_reason_and_may_be_tried_again(record, source):
    record.do(service.add_repository, slug="shop", source=str(source / "nowhere"))
    record.jobs(tolerate=True)
    failed = record.do(service.repository, "shop")
    assert failed.state is RepositoryState.FAILED
    assert "there is no folder" in failed.reason

    record.do(service.add_repository, slug="shop", source=str(source))
    record.jobs()

    assert record.do(service.repository, "shop").state is RepositoryState.ACTIVE


def test_two_repositories_have_two_names(record, source, product):
    with pytest.raises(SlugTaken):
        record.do(service.add_repository, slug="shop", source=str(source))
    with pytest.raises(ProposalRefused, match="'my-shop'"):
        record.do(service.add_repository, slug="My Shop", source=str(source))


def test_commits_of_a_product_are_reviewed_by_its_own_rules_and_merged(record, product, tmp_path):
    head = commit(product, tmp_path, "exec/export/api", {"api/rows.py": "uno\n\n\ntwo\n"})
    change = opened(record, "exec/export/api", head)

    assert change.paths == ("api/rows.py",)
    (one,) = record.do(service.missing_reviews, change)
    assert one.owners == ("@vp-product",)
    done = merged(record, change)

    assert git(product, "show", "trunk:api/rows.py") == "uno\n\n\ntwo"
    assert git(product, "rev-parse", "trunk^2") == head
    assert done.commit == git(product, "rev-parse", "trunk")
    assert git(product, "rev-parse", "exec/export/api") == head


def test_an_output_without_a_task_is_a_finding(record, product, tmp_path):
    head = commit(product, tmp_path, "work", {"api/rows.py": "x\n"})

    change = opened(record, "work", head, tasks=())

    (finding,) = record.do(service.findings, subject=change.id)
    assert finding.kind.value == "untraceable"


def test_a_branch_serves_one_task(record, product, tmp_path):
    head = commit(product, tmp_path, "work", {"api/rows.py": "x\n"})
    change = opened(record, "work", head)

    with pytest.raises(BranchTaken, match=f"{change.id} works on branch work"):
        opened(record, "work", head)
    with pytest.raises(BranchTaken, match="work on a branch of your own"):
        opened(record, "trunk", head)


def test_a_commit_that_is_not_on_its_branch_fails_and_a_push_mends_it(record, product, tmp_path):
    head = commit(product, tmp_path, "work", {"api/rows.py": "x\n"})
    other = commit(product, tmp_path, "other", {"api/rows.py": "y\n"})
    made = record.do(service.open_change, proposal(record, "work", other))
    record.jobs(tolerate=True)
    failed = record.change(made.id)
    assert failed.state is ChangeState.FAILED
    assert "does not hold" in failed.failure.reasons[0]
    assert len(record.events("record.open_failed")) == 1

    record.do(service.push_head, made.id, head=head)
    record.jobs()

    assert record.change(made.id).state is ChangeState.OPEN


def test_a_conflict_in_a_product_is_resolved_by_commits_and_lands(record, product, tmp_path):
    one = opened(record, "one", commit(product, tmp_path, "one", {"api/rows.py": "one\n"}))
    two = opened(record, "two", commit(product, tmp_path, "two", {"api/rows.py": "two\n"}))
    merged(record, one)
    failed = merged(record, two)
    assert failed.state is ChangeState.FAILED
    assert failed.failure.conflicts == ("api/rows.py",)

    folder = tmp_path / "two"
    git(folder, "fetch", "-q")
    git(folder, "merge", "-q", "-s", "ours", "-m", "Take theirs in", "origin/trunk")
    git(folder, "push", "-q", "origin", "two")
    record.do(service.push_head, two.id, head=git(folder, "rev-parse", "HEAD"))
    record.jobs()

    assert merged(record, record.change(two.id)).state is ChangeState.MERGED
    assert git(product, "show", "trunk:api/rows.py") == "two"


def test_work_products_do_not_belong_in_a_products_repository(record, product):
    with pytest.raises(ProposalRefused, match="belongs in the organisation's repository"):
        record.open(record.propose("brief"), repository="shop", branch="x", head="0" * 40)


def test_commits_by_hand_are_ordinary_in_a_product(record, product, tmp_path):
    change = opened(record, "work", commit(product, tmp_path, "work", {"api/rows.py": "x\n"}))
    folder = tmp_path / "work"
    git(folder, "switch", "-q", "trunk")
    (folder / "README.md").write_text("By hand.\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "By hand")
    git(folder, "push", "-q", "origin", "trunk")

    assert merged(record, change).state is ChangeState.MERGED
    assert record.do(service.findings) == []
    assert git(product, "show", "trunk:README.md") == "By hand."
