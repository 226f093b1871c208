"""Signals are additive: however many agents file at once, each has its file and none is in conflict."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from headrace.capabilities.record import service as record
from headrace.capabilities.record.model import RepositoryState

pytestmark = pytest.mark.slow

AGENTS = 6


def test_agents_that_file_at_once_never_conflict_also_under_one_title(company):
    together = threading.Barrier(AGENTS)

    def file(number: int) -> list[str]:
        together.wait(timeout=60)
        return [
            company.ask(
                "signal.file",
                title=title,
                observation=f"Agent {number} saw it.",
                topic=title,
                system=system,
            )["signal"]
            for title, system in (
                ("Exports asked for", "support desk"),
                (f"Seen by {number}", f"desk {number}"),
            )
        ]

    with ThreadPoolExecutor(max_workers=AGENTS) as agents:
        filed = [id for ids in agents.map(file, range(AGENTS)) for id in ids]
    with ThreadPoolExecutor(max_workers=AGENTS) as threads:
        faults = list(threads.map(company.jobs.run, company.jobs.waiting()))
    company.jobs()

    assert faults == [None] * len(faults)
    assert len(set(filed)) == 2 * AGENTS
    paths = [path for path in company.files() if path.startswith("work/signals/")]
    assert len(paths) == 2 * AGENTS
    for id in filed:
        version = company.effective(id)
        assert version.ref.number == 1
        assert version.path in paths
        assert company.signal(id) is not None
    same = [id for id in filed if "exports-asked-for" in id]
    assert len(same) == AGENTS
    (first,) = {company.signal(id).duplicate_of for id in same} - {None}
    assert company.signal(first).duplicate_of is None
    repository = company.do(record.repository, "organisation")
    assert repository.state is RepositoryState.ACTIVE
