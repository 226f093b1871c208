"""Tools that look: list_files, read_file, search."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from headrace.capabilities.agents.brains.processes import Command, Ended, run
from headrace.capabilities.agents.model import ToolMisused
from headrace.capabilities.agents.tools import files
from headrace.capabilities.agents.tools.surroundings import scratch
from headrace.capabilities.agents.tools.tool import (
    Arguments,
    Ground,
    Outcome,
    Tool,
    ToolEffect,
    form,
    text,
)

MOST_FILES = 1_000
MOST_MATCHES = 200
MOST_CHARACTERS = 60_000
LONGEST_LINE = 400
PATIENCE = timedelta(seconds=20)

_MATCH = re.compile(r"(?P<path>[^\0]*)\0(?P<line>\d+):(?P<text>.*)")


def list_files(ground: Ground, arguments: Arguments) -> Outcome:
    """The files below a folder."""
    below = str(arguments.get("path", "")).removesuffix("/")
    found = list(islice(files.listed(ground, below), MOST_FILES + 1))
    told = {"files": found[:MOST_FILES], "more": len(found) > MOST_FILES}
    return Outcome(content=json.dumps(told, ensure_ascii=False))


def read_file(ground: Ground, arguments: Arguments) -> Outcome:
    """A file as text, or the lines asked for."""
    path = str(arguments["path"])
    content = files.content_at(files.readable(ground, path)) or b""
    if b"\0" in content:
        raise ToolMisused(f"{path} is no text.", path=path)
    lines = content.decode("utf-8", errors="replace").splitlines(keepends=True)
    first = int(str(arguments.get("first_line", 1)))
    count = int(str(arguments.get("lines", len(lines) or 1)))
    told = "".join(lines[first - 1 : first - 1 + count])
    if len(told) > MOST_CHARACTERS:
        told = (
            f"{told[:MOST_CHARACTERS]}\n[cut: the file has {len(lines)} lines; ask for a part of it"
            " with first_line and lines]"
        )
    return Outcome(content=told)


def search(ground: Ground, arguments: Arguments) -> Outcome:
    """The lines that match a pattern, with their places."""
    # grep rather than Python's expressions: its time does not explode, whatever an agent asks for.
    below = str(arguments.get("path", "")).removesuffix("/") or "."
    ended = _grep(ground, str(arguments["pattern"]), below)
    if ended.exit_code > 1 or ended.over_time:
        raise ToolMisused(f"The pattern cannot be searched: {ended.output.strip()[-300:]}.")
    found = sorted(_matches(ground, ended.output))
    told = [{"path": path, "line": line, "text": words} for path, line, words in found]
    more = ended.output_cut or len(told) > MOST_MATCHES
    return Outcome(
        content=json.dumps({"matches": told[:MOST_MATCHES], "more": more}, ensure_ascii=False)
    )


def _grep(ground: Ground, pattern: str, below: str) -> Ended:
    files.folder(ground, below)
    options = ("-rnIEZ", "--exclude-dir=.git", "--color=never")
    with scratch(ground) as environment:
        command = Command(
            argv=("grep", *options, "-e", pattern, "--", below),
            place=ground.root,
            environment=environment,
            at_most=PATIENCE,
            grace=timedelta(seconds=1),
            output_bytes=2_000_000,
        )
        return run(command, ground.cancellation)


def _matches(ground: Ground, output: str) -> Iterator[tuple[str, int, str]]:
    allowed: dict[str, bool] = {}
    for line in output.split("\n"):
        match = _MATCH.fullmatch(line)
        if match is None:
            continue
        path = match["path"].removeprefix("./")
        if path not in allowed:
            allowed[path] = ground.authority.against_reading(path) is None
        if allowed[path]:
            yield path, int(match["line"]), match["text"][:LONGEST_LINE]


READING = (
    Tool(
        name="list_files",
        description="List the files below a folder of the worktree that you may read.",
        parameters=form({}, path=text("Folder from the root of the worktree; left out: all.")),
        effect=ToolEffect.NONE,
        run=list_files,
    ),
    Tool(
        name="read_file",
        description="Read a file of the worktree, whole or some of its lines.",
        parameters=form(
            {"path": text("Path from the root of the worktree.")},
            first_line={"type": "integer", "minimum": 1},
            lines={"type": "integer", "minimum": 1},
        ),
        effect=ToolEffect.NONE,
        run=read_file,
    ),
    Tool(
        name="search",
        description="Find lines that match an extended regular expression (POSIX), with path and number.",
        parameters=form(
            {"pattern": {"type": "string", "minLength": 1, "maxLength": 500}},
            path=text("Folder or file to search in; left out: all."),
        ),
        effect=ToolEffect.NONE,
        run=search,
    ),
)
