"""The names of branches: what Git allows, what Headrace calls them, and slugs from any title. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from datetime import date
from enum import StrEnum

from headrace.capabilities.record.git.errors import BranchNameRefused

SLUG_LIMIT = 60
"""Most characters of a slug; paths and URLs stay readable."""

_RESERVED_STREAMS = frozenset({"technical-design"})
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")
_SYLLABLE = "HANGUL SYLLABLE "


class BranchKind(StrEnum):
    """What a branch is for, read from its name."""

    SIGNAL = "signal"
    BRIEF = "brief"
    FLEET = "fleet"
    DESIGN = "design"
    STREAM = "stream"
    RELEASE = "release"
    DECISION = "decision"
    EVALUATION = "evaluation"


_NAMES = {  # the design stands before the streams, whose pattern covers it too
    BranchKind.SIGNAL: r"signal/{day}-{slug}",
    BranchKind.BRIEF: r"mission/{slug}/brief",
    BranchKind.FLEET: r"orchestration/{slug}/fleet-config",
    BranchKind.DESIGN: r"exec/{slug}/technical-design",
    BranchKind.STREAM: r"exec/{slug}/{slug}",
    BranchKind.RELEASE: r"release/{day}-{slug}",
    BranchKind.DECISION: r"decision/{day}-{slug}",
    BranchKind.EVALUATION: r"evaluation/{slug}/{slug}",
}
_PARTS = (("{day}", r"\d{4}-\d\d-\d\d"), ("{slug}", r"[a-z0-9]+(-[a-z0-9]+)*"))


def signal(day: date, title: str) -> str:
    """`signal/2026-03-15-bulk-export-customer-demand`."""
    return f"signal/{_dated(day, title)}"


def brief(mission: str) -> str:
    """`mission/bulk-data-export/brief`."""
    return f"mission/{slug(mission)}/brief"


def fleet(mission: str) -> str:
    """`orchestration/bulk-data-export/fleet-config`."""
    return f"orchestration/{slug(mission)}/fleet-config"


def design(mission: str) -> str:
    """`exec/bulk-data-export/technical-design`."""
    return f"exec/{slug(mission)}/technical-design"


def stream(mission: str, name: str) -> str:
    """`exec/bulk-data-export/api-implementation`; never the name of the design's branch."""
    leaf = slug(name)
    return f"exec/{slug(mission)}/{leaf + '-stream' if leaf in _RESERVED_STREAMS else leaf}"


def release(day: date, title: str) -> str:
    """`release/2026-04-07-bulk-data-export`."""
    return f"release/{_dated(day, title)}"


def decision(day: date, title: str) -> str:
    """`decision/2026-03-28-async-export-jobs`."""
    return f"decision/{_dated(day, title)}"


def evaluation(mission: str, name: str) -> str:
    """`evaluation/bulk-data-export/api-implementation`."""
    return f"evaluation/{slug(mission)}/{slug(name)}"


def kind_of(branch: str) -> BranchKind | None:
    """What `branch` is for, or None when it follows none of our names."""
    for kind, pattern in _NAMES.items():
        for part, expression in _PARTS:
            pattern = pattern.replace(part, expression)
        if re.fullmatch(pattern, branch, re.ASCII):
            return kind
    return None


def slug(title: str, limit: int = SLUG_LIMIT) -> str:
    """Lower-case ASCII words joined by hyphens; never empty, the same for the same title.

    Korean is written in Latin letters syllable by syllable, accents are dropped. A title that leaves nothing
    (another script, only signs) becomes `untitled-` and eight digits of its hash.
    """
    composed = unicodedata.normalize("NFC", title.casefold())
    plain = unicodedata.normalize("NFKD", "".join(map(_romanised, composed)))
    # A combining mark joins its letter; anything else that is not ASCII parts two words.
    unmarked = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"[a-z0-9]+", unmarked.lower())
    if not words:
        digest = hashlib.sha256(title.encode("utf-8", "surrogatepass")).hexdigest()
        return f"untitled-{digest[:8]}"
    return _shortened(words, limit)


def free_name(name: str, taken: Collection[str]) -> str:
    """`name`, or `name-2`, `name-3`, ... whichever first collides with no branch in `taken`.

    Names that differ in case only collide (some file systems cannot hold both), and so do a name
    and a folder of that name.
    """
    occupied = {folder for branch in taken for folder in _folders(branch.lower())}
    leaves = {branch.lower() for branch in taken}
    number, candidate = 1, name
    while candidate.lower() in occupied or leaves.intersection(_folders(candidate.lower())):
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def checked(branch: str) -> str:
    """`branch` itself; BranchNameRefused with every reason when Git does not allow it."""
    reasons = _reasons_against(branch)
    if reasons:
        raise BranchNameRefused(
            f"{branch[:80]!r} cannot be a branch: {'; '.join(reasons)}", branch=branch
        )
    return branch


def _reasons_against(branch: str) -> list[str]:
    # The rules of git-check-ref-format(1) and `--branch`, with length and encoding on top.
    parts = branch.split("/")
    rules = (
        (not branch, "it is empty"),
        (len(branch.encode("utf-8", "replace")) > 200, "it is longer than 200 bytes"),
        (
            _FORBIDDEN.search(branch),
            "it has a space, a control character, '..', '@{' or one of ~^:?*[\\",
        ),
        (branch.startswith("-"), "it starts with a hyphen"),
        (branch.startswith("/") or branch.endswith("/"), "it starts or ends with a slash"),
        (branch.endswith("."), "it ends with a dot"),
        (any(part.startswith(".") for part in parts), "a part starts with a dot"),
        (any(part.endswith(".lock") for part in parts), "a part ends with .lock"),
        (branch in ("@", "HEAD"), "Git keeps that name for itself"),
        (not _encodable(branch), "it is not valid Unicode"),
    )
    return [reason for broken, reason in rules if broken]


def _encodable(text: str) -> bool:
    return not any(unicodedata.category(character) == "Cs" for character in text)


def _dated(day: date, title: str) -> str:
    return f"{day:%Y-%m-%d}-{slug(title)}"


def _shortened(words: list[str], limit: int) -> str:
    kept = words[0][:limit]
    for word in words[1:]:
        if len(kept) + 1 + len(word) > limit:
            break
        kept = f"{kept}-{word}"
    return kept


def _folders(branch: str) -> list[str]:
    parts = branch.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _romanised(character: str) -> str:
    """A Hangul syllable in Latin letters, as Unicode names it (HANGUL SYLLABLE HAN), else itself."""
    name = unicodedata.name(character, "")
    return name.removeprefix(_SYLLABLE) if name.startswith(_SYLLABLE) else character
