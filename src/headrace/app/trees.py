"""Trees and documents between this machine and an organisation, for `import`, `export` and `lint`.

Files are read and written here, as whoever runs the command; the operations see text alone.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from headrace.app.installation import Installation
from headrace.kernel.access import Call, Credentials
from headrace.kernel.errors import Conflict, Invalid, NotFound
from headrace.kernel.json import Json

LARGEST_FILE_BYTES = 8_000_000
MOST_FILES = 20_000


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, and how the answer is shown."""

    organisation: str | None = None
    stand_in: str | None = None
    as_json: bool = False


def ask(
    here: Installation,
    caller: Caller,
    operation: str,
    input: Mapping[str, Json],
    *,
    dry_run: bool = False,
) -> Mapping[str, Json]:
    """What an operation answers. Raises whatever the reception does."""
    settings = here.settings
    token = settings.token.get_secret_value() if settings.token else None
    credentials = Credentials(
        token=token,
        organisation=caller.organisation or settings.organisation or None,
        stand_in=caller.stand_in,
        trusted=token is None,
    )
    call = Call(operation=operation, input=input, credentials=credentials, dry_run=dry_run)
    answer = here.reception.perform(call)
    return answer if isinstance(answer, Mapping) else {}


def offered(place: Path) -> dict[str, Json]:
    """What a folder or a document offers to an import. Raises NotFound, Invalid."""
    if place.is_dir():
        files: list[Json] = [
            {"path": path, "text": text} for path, text in read_files(place).items()
        ]
        if not files:
            raise NotFound(f"{place} holds no Markdown below work or org")
        return {"origin": place.name, "files": files}
    if not place.is_file():
        raise NotFound(f"No folder or file {place}")
    return {"origin": place.name, "document": read_text(place)}


def read_files(place: Path) -> dict[str, str]:
    """The Markdown files below `work` and `org` of a folder, by path; links are not followed.

    Raises NotFound, Invalid with every file that cannot be read.
    """
    if not place.is_dir():
        raise NotFound(f"No folder {place}")
    files: dict[str, str] = {}
    faults: list[str] = []
    for path in _walk(place):
        name = path.relative_to(place).as_posix()
        try:
            files[name] = read_text(path)
        except Invalid as fault:
            faults.append(fault.message)
    if faults:
        raise Invalid(f"Nothing was read: {'; '.join(faults)}", faults=faults)
    return files


def _walk(place: Path) -> Iterator[Path]:
    seen = 0
    for top in ("work", "org"):
        root = place / top
        if root.is_symlink() or not root.is_dir():
            continue
        for folder, names, files in os.walk(root, followlinks=False):
            names.sort()
            for name in sorted(files):
                path = Path(folder) / name
                if name.endswith(".md") and not path.is_symlink() and path.is_file():
                    seen += 1
                    if seen > MOST_FILES:
                        raise Invalid(f"More than {MOST_FILES} files; import a part of the tree")
                    yield path


def read_text(path: Path) -> str:
    """A file as text, its line ends as they are. Raises Invalid."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise Invalid(f"{path} has more than {LARGEST_FILE_BYTES} bytes")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid(f"{path} is no text in UTF-8") from None
    except OSError as fault:
        raise Invalid(f"{path} cannot be read: {fault.strerror}") from None


def write_files(place: Path, files: Sequence[Mapping[str, Json]], *, overwrite: bool) -> int:
    """Write files into a folder, made when it is not there; how many were new or different.

    Raises Conflict with every file that stands there with another content, unless `overwrite`;
    Invalid when a link would lead out of the folder. Then nothing is written.
    """
    place.mkdir(parents=True, exist_ok=True)
    root = place.resolve()
    wanted = {root / str(one["path"]): str(one["text"]).encode("utf-8") for one in files}
    outside = [str(path) for path in wanted if not path.resolve().is_relative_to(root)]
    if outside:
        raise Invalid(f"A link leads out of {place}: {', '.join(outside)}", paths=outside)
    changed = {
        path: words
        for path, words in wanted.items()
        if not path.is_file() or path.read_bytes() != words
    }
    others = [str(path.relative_to(root)) for path in changed if path.exists()]
    if others and not overwrite:
        raise Conflict(
            f"Other files stand in {place}: {', '.join(others)}; add --overwrite", paths=others
        )
    for path, words in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(words)
    return len(changed)
