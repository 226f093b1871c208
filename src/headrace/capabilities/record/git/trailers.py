"""Trailers of commit messages: written so that no text can forge one, read as Git reads them. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from headrace.capabilities.record.git.model import Trailer
from headrace.kernel.errors import Invalid

CHANGE = "Headrace-Change"
"""Key of the trailer that names the change request a merge belongs to."""

ARTIFACT = "Headrace-Artifact"
"""Key of the trailer that names an artifact version and its hash."""

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)")
_OUR_KEY = re.compile(r"^(?=[ \t]*headrace-[a-z0-9-]*[ \t]*:)", re.IGNORECASE | re.MULTILINE)
_ARTIFACT = re.compile(r"(\S+@\d+) (sha256:[0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True)
class ArtifactTrailer:
    """An artifact version as a commit names it: `brief/bulk-data-export@1`, `sha256:...`."""

    reference: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """A commit message taken apart."""

    subject: str
    body: str
    trailers: tuple[Trailer, ...]


def change(change_id: str) -> Trailer:
    """The trailer of a change request, such as `Headrace-Change: CR-12`."""
    return Trailer(CHANGE, single_line(change_id))


def artifact(reference: str, digest: str) -> Trailer:
    """The trailer of an artifact version; Invalid unless `kind/slug@7` and `sha256:<64 hex>`."""
    value = f"{reference} {digest}"
    if not _ARTIFACT.fullmatch(value):
        raise Invalid(f"{value!r} names no artifact version with its sha256 hash")
    return Trailer(ARTIFACT, value)


def artifacts(trailers: Iterable[Trailer]) -> tuple[ArtifactTrailer, ...]:
    """The artifact versions that `trailers` name, in their order; malformed ones are left out."""
    matches = (
        _ARTIFACT.fullmatch(trailer.value)
        for trailer in trailers
        if trailer.key.lower() == ARTIFACT.lower()
    )
    return tuple(ArtifactTrailer(reference=match[1], digest=match[2]) for match in matches if match)


def single_line(value: str) -> str:
    """`value` as one line: every run of spaces, line ends and control characters is one space."""
    return " ".join("".join(map(_printable, value)).split())


def compose(message: str, trailers: Sequence[Trailer] = ()) -> str:
    """The text of a commit: subject, body, trailers.

    Lines of `message` that look like a trailer of ours are quoted with `> `: a title or a body comes
    from people and agents, and only the caller's `trailers` may speak for Headrace.
    """
    subject, _, body = _plain(message).partition("\n")
    if not subject:
        raise Invalid("a commit needs a subject; write one line that says what it does")
    paragraphs = [subject, body.strip("\n")]
    paragraphs.append("\n".join(_rendered(trailer) for trailer in trailers))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def parse(message: str) -> Message:
    """`message` taken apart. Trailers are a last paragraph, not the first, of trailer lines only."""
    subject, _, rest = message.strip("\n").partition("\n\n")
    above, _, last = ("\n\n" + rest.strip("\n")).rpartition("\n\n")
    trailers = _trailers(last)
    body = above if trailers else f"{above}\n\n{last}"
    return Message(subject=" ".join(subject.split("\n")), body=body.strip("\n"), trailers=trailers)


def carries(trailers: Iterable[Trailer], key: str, value: str | None = None) -> bool:
    """Whether one of `trailers` has the key (in any case) and, where given, exactly the value."""
    return any(
        trailer.key.lower() == key.lower() and value in (None, trailer.value)
        for trailer in trailers
    )


def _trailers(paragraph: str) -> tuple[Trailer, ...]:
    found: list[Trailer] = []
    for line in paragraph.split("\n"):
        match = _LINE.fullmatch(line)
        if match:
            found.append(Trailer(match[1], match[2].strip()))
        elif line[:1] in (" ", "\t") and found:
            found[-1] = Trailer(found[-1].key, f"{found[-1].value} {line.strip()}".strip())
        else:
            return ()
    return tuple(found)


def _rendered(trailer: Trailer) -> str:
    value = single_line(trailer.value)
    if not _KEY.fullmatch(trailer.key):
        raise Invalid(f"{trailer.key!r} is no key of a trailer; use letters, digits and hyphens")
    if not value:
        raise Invalid(f"trailer {trailer.key} needs a value")
    return f"{trailer.key}: {value}"


def _plain(message: str) -> str:
    unix = message.replace("\r\n", "\n").replace("\r", "\n").strip()
    lines = [
        "".join(c if c == "\t" else _printable(c) for c in line).rstrip()
        for line in unix.split("\n")
    ]
    # Only the first line is the subject, also where the caller forgot the empty line after it.
    return _OUR_KEY.sub("> ", "\n".join(lines).strip())


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"  # half a character: no encoding can write it
    return " " if category in ("Cc", "Zl", "Zp") else character
