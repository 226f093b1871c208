"""What must be there exactly once at any end: commits and merges in Git, and what budgets hold and spent."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

_ONCE = {
    "batch": re.compile(r"^Headrace-Batch: (\S+)$", re.MULTILINE),
    "founding": re.compile(r"^Headrace-Founded: (\S+)$", re.MULTILINE),
    "merge of": re.compile(r"^Headrace-Change: (\S+)$", re.MULTILINE),
}
"""What a commit on the main branch itself may say once in its whole history."""

_ASIDE = "headrace/"  # branches that a merge makes for a moment

_NOT_ENDED = sa.text(
    "SELECT r.id FROM budgets_reservation r JOIN agents_run a ON a.id = r.run "
    "WHERE r.state = 'open' AND a.ended_at IS NOT NULL"
)
_TWICE_RESERVED = sa.text(
    "SELECT run FROM budgets_reservation WHERE run IS NOT NULL GROUP BY run HAVING count(*) > 1"
)
_MISCOUNTED = sa.text(
    "SELECT r.id, r.spent_tokens, coalesce(sum(e.tokens_in + e.tokens_out), 0) AS booked "
    "FROM budgets_reservation r LEFT JOIN budgets_entry e ON e.reservation = r.id "
    "GROUP BY r.organisation, r.id, r.spent_tokens, r.spent_micro_usd "
    "HAVING r.spent_tokens <> coalesce(sum(e.tokens_in + e.tokens_out), 0) "
    "OR r.spent_micro_usd <> coalesce(sum(e.micro_usd), 0)"
)
_OFF_BALANCE = sa.text(
    "SELECT a.scope_kind, a.scope_id, a.period, a.spent_tokens, a.reserved_tokens, "
    "coalesce(sum(r.spent_tokens), 0) AS of_reservations "
    "FROM budgets_account a LEFT JOIN budgets_hold h ON (h.organisation, h.scope_kind, h.scope_id, "
    "h.period, h.term) = (a.organisation, a.scope_kind, a.scope_id, a.period, a.term) "
    "LEFT JOIN budgets_reservation r ON r.id = h.reservation "
    "GROUP BY a.organisation, a.scope_kind, a.scope_id, a.period, a.term, a.spent_tokens, "
    "a.reserved_tokens, a.spent_micro_usd "
    "HAVING a.spent_tokens <> coalesce(sum(r.spent_tokens), 0) "
    "OR a.spent_micro_usd <> coalesce(sum(r.spent_micro_usd), 0) "
    "OR (a.reserved_tokens > 0 AND coalesce(bool_and(r.state <> 'open'), true))"
)


def budget_faults(db: sa.Connection) -> list[str]:
    """Reservations that were not settled once, and accounts that their ledger does not explain."""
    found = [f"held though its run has ended: {id}" for id in db.execute(_NOT_ENDED).scalars()]
    found += [f"run {run} was reserved twice" for run in db.execute(_TWICE_RESERVED).scalars()]
    found += [f"miscounted: {dict(row)}" for row in db.execute(_MISCOUNTED).mappings()]
    found += [f"off balance: {dict(row)}" for row in db.execute(_OFF_BALANCE).mappings()]
    return found


def git_faults(repositories: Path) -> list[str]:
    """Effects that stand twice on a main branch, and what a cut-off act left behind."""
    return [fault for place in sorted(repositories.glob("*/*.git")) for fault in _of(place)]


def _of(repository: Path) -> Iterator[str]:
    told = git(repository, "log", "--first-parent", "-z", "--format=%H%n%B", "main")
    messages = [one for one in told.split("\0") if one.strip()]
    for what, pattern in _ONCE.items():
        said = Counter(name for message in messages for name in set(pattern.findall(message)))
        for name, times in said.items():
            if times > 1:
                yield f"{repository.stem}: {what} {name} stands {times} times on main"
    for branch in git(repository, "for-each-ref", "--format=%(refname:short)").split():
        if branch.startswith(_ASIDE):
            yield f"{repository.stem}: {branch} was left behind"
    for line in git(repository, "fsck", "--connectivity-only", "--no-dangling").splitlines():
        yield f"{repository.stem}: {line}"


def git(repository: Path, *words: str) -> str:
    """What Git says of a repository."""
    told = subprocess.run(
        ["git", "-C", str(repository), *words], capture_output=True, text=True, check=True
    )
    return told.stdout
