"""Where the work products of the public layout stand, and which paths are refused."""

import re
import unicodedata

LONGEST_PATH = 300

_KINDS: tuple[tuple[str, str], ...] = (
    (r"work/signals/digests/[^/]+\.md", "signal-digest"),
    (r"work/signals/triage/[^/]+\.md", "signal-triage"),
    (r"work/signals/(?:archive/)?[^/]+\.md", "signal"),
    (r"work/missions/[^/]+/(?:brief|mission-brief)\.md", "mission-brief"),
    (r"work/missions/[^/]+/validation\.md", "opportunity-validation"),
    (r"work/missions/[^/]+/outcome-contract\.md", "outcome-contract"),
    (r"work/missions/[^/]+/status\.md", "mission-status"),
    (r"work/missions/[^/]+/tasks\.md", "mission-tasks"),
    (r"work/missions/[^/]+/technical-design\.md", "technical-design"),
    (r"work/missions/[^/]+/fleet-report\.md", "fleet-report"),
    (r"work/missions/[^/]+/outcome-report\.md", "outcome-report"),
    (r"work/missions/[^/]+/evaluations/[^/]+\.md", "quality-evaluation"),
    (r"work/missions/[^/]+/handovers/[^/]+\.md", "handover"),
    (r"work/decisions/exc-[^/]+\.md", "governance-exception"),
    (r"work/decisions/(?!risk-|dpa-|dpia-)[^/]+\.md", "decision-record"),
    (r"work/releases/[^/]+\.md", "release-contract"),
    (r"work/retrospectives/[^/]+\.md", "postmortem"),
    (r"work/assets/[^/]+\.md", "asset-entry"),
    (r"work/locks/[^/]+\.md", "path-lock"),
    (r"org/2-orchestration/fleet-configs/[^/]+\.md", "fleet-config"),
    (r"org/1-strategy/ventures/(?:[^/]+/health-report|[^/]+-health)\.md", "health-report"),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in _KINDS)
_PLAIN = re.compile(r"[^\x00-\x1f\x7f\\:*?\"<>|]+")


def kind_of(path: str) -> str:
    """The type of the work product that stands at `path`, "" for any other file.

    Templates and read-me files are no work products.
    """
    name = path.rpartition("/")[2]
    if name.startswith("_TEMPLATE") or name.casefold() == "readme.md":
        return ""
    return next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(path)), "")


def path_fault(path: str) -> str:
    """Why nothing may be written at `path`, "" when it is plain and lies below the tree."""
    if len(path) > LONGEST_PATH:
        return f"it has more than {LONGEST_PATH} characters"
    if not path or path.startswith(("/", "~")):
        return "it does not lie below the tree"
    if not _PLAIN.fullmatch(path) or any(unicodedata.category(c) == "Cf" for c in path):
        return "it holds characters that a path has not"
    parts = path.split("/")
    if any(part in ("", ".", "..") or part.casefold() == ".git" for part in parts):
        return "it leads out of the tree, or into what Git keeps"
    return ""
