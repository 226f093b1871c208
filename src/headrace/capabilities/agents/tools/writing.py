"""Tools that change one file: write_file, edit_file, delete_file. Each plans; the flow then puts."""

import json

from headrace.capabilities.agents.model import FileMissing, ToolMisused
from headrace.capabilities.agents.tools import files
from headrace.capabilities.agents.tools.tool import (
    Arguments,
    FileChange,
    Ground,
    Tool,
    ToolEffect,
    form,
    text,
)


def write_file(ground: Ground, arguments: Arguments) -> FileChange:
    """The file with a new content, made where there was none."""
    path, content = str(arguments["path"]), str(arguments["content"])
    before = files.content_at(files.writable(ground, path))
    after = content.encode("utf-8", errors="replace")
    if len(after) > files.LARGEST:
        raise ToolMisused(f"A file may have {files.LARGEST} bytes at most.", path=path)
    told = {"path": path, "lines": content.count("\n"), "bytes": len(after), "new": before is None}
    return FileChange(path=path, before=before, after=after, content=json.dumps(told))


def edit_file(ground: Ground, arguments: Arguments) -> FileChange:
    """The file with one passage replaced; the passage must be there exactly once."""
    path, old, new = (str(arguments[name]) for name in ("path", "old", "new"))
    before = files.content_at(files.writable(ground, path))
    if before is None:
        raise FileMissing(f"There is no file {path} to edit.", path=path)
    passage = old.encode("utf-8", errors="replace")
    times = before.count(passage)
    if times != 1:
        found = "is not there" if times == 0 else f"is there {times} times"
        raise ToolMisused(
            f"The passage {found}; read {path} and give a passage that is there exactly once.",
            path=path,
        )
    after = before.replace(passage, new.encode("utf-8", errors="replace"))
    told = {"path": path, "bytes": len(after), "replaced": 1}
    return FileChange(path=path, before=before, after=after, content=json.dumps(told))


def delete_file(ground: Ground, arguments: Arguments) -> FileChange:
    """No file where one was."""
    path = str(arguments["path"])
    before = files.content_at(files.writable(ground, path))
    if before is None:
        raise FileMissing(f"There is no file {path} to delete.", path=path)
    told = json.dumps({"path": path, "deleted": True})
    return FileChange(path=path, before=before, after=None, content=told)


_PATH = text("Path from the root of the worktree, inside the paths of your work.")

WRITING = (
    Tool(
        name="write_file",
        description="Write a whole file, new or in place of what is there.",
        parameters=form({"path": _PATH, "content": text("The whole new content.")}),
        effect=ToolEffect.FILE,
        plan=write_file,
    ),
    Tool(
        name="edit_file",
        description="Replace one passage of a file; it must stand there exactly once.",
        parameters=form(
            {
                "path": _PATH,
                "old": {"type": "string", "minLength": 1},
                "new": text("What stands in its place."),
            }
        ),
        effect=ToolEffect.FILE,
        plan=edit_file,
    ),
    Tool(
        name="delete_file",
        description="Delete a file.",
        parameters=form({"path": _PATH}),
        effect=ToolEffect.FILE,
        plan=delete_file,
    ),
)
