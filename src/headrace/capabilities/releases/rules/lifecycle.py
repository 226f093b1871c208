"""Where a release may go from where it stands, and what must be ticked before anybody may approve."""

from collections.abc import Iterable, Mapping

from headrace.capabilities.releases.model import Line, Release, ReleaseStatus

MOVES: Mapping[ReleaseStatus, frozenset[ReleaseStatus]] = {
    ReleaseStatus.DRAFT: frozenset({ReleaseStatus.APPROVED, ReleaseStatus.WITHDRAWN}),
    ReleaseStatus.APPROVED: frozenset({ReleaseStatus.DEPLOYING, ReleaseStatus.WITHDRAWN}),
    ReleaseStatus.DEPLOYING: frozenset({ReleaseStatus.DEPLOYED, ReleaseStatus.ROLLED_BACK}),
    ReleaseStatus.DEPLOYED: frozenset({ReleaseStatus.ROLLED_BACK}),
    ReleaseStatus.ROLLED_BACK: frozenset(),
    ReleaseStatus.WITHDRAWN: frozenset(),
}
"""After an approval nothing of the contract changes; a release that came back is released anew."""


def refusal(before: ReleaseStatus, after: ReleaseStatus) -> str | None:
    """Why a release may not go there, with where it may go; None when it may."""
    if after in MOVES[before]:
        return None
    ways = " or ".join(sorted(MOVES[before]))
    return f"from {before} a release goes {f'to {ways}' if ways else 'nowhere; draft a new one'}"


def unmet(lines: Iterable[Line]) -> tuple[str, ...]:
    """Every line of a checklist that blocks: neither met nor set aside with a reason."""
    return tuple(
        f"{line.text}: {line.because or 'nobody has shown it'}"
        for line in lines
        if not line.met and not line.not_applicable
    )


def not_theirs(release: Release, approver: str) -> tuple[str, ...]:
    """Why this principal may not approve a release: it is their own draft."""
    if release.drafted_by == approver:
        return ("whoever drafted a release does not approve it",)
    return ()
