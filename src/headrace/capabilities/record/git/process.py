"""Runs the Git command line in an environment that no user configuration, hook or prompt can reach."""

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from headrace.capabilities.record.git.errors import GitFailed, GitTimedOut

LOCAL_TIMEOUT = timedelta(minutes=2)
"""How long Git may work on this machine's disk before it counts as hung."""

REMOTE_TIMEOUT = timedelta(minutes=15)
"""How long a transfer over a network may take."""

PROTOCOLS = "file:https:http:ssh:git"
"""What Git may speak. `ext::` is missing on purpose: it runs any command that stands in a URL."""

_CONFIGURATION = {
    "advice.detachedHead": "false",
    "commit.gpgSign": "false",
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.excludesFile": os.devnull,
    "core.filesRefLockTimeout": "1000",
    "core.fsmonitor": "false",
    "core.fsync": "committed,loose-object",
    "core.hooksPath": os.devnull,
    "core.packedRefsTimeout": "1000",
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    "core.quotePath": "false",
    "core.untrackedCache": "false",
    "diff.renames": "true",
    "gc.auto": "0",
    "maintenance.auto": "false",
    # Pinned, so that the same three trees merge alike on every machine. A file added to a folder that
    # the other side renamed is a conflict to decide, not a guess to make.
    "merge.directoryRenames": "conflict",
    "merge.renames": "true",
    "submodule.recurse": "false",
}

_PASSWORD_IN_URL = re.compile(r"(?<=://)[^/@\s]+@")


@dataclass(frozen=True, kw_only=True)
class Output:
    """How a Git command ended."""

    exit_code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """Standard output as text without the last line end."""
        return decoded(self.stdout).rstrip("\n")


@dataclass(frozen=True, kw_only=True)
class Git:
    """A prepared way to call Git on one repository, and on one worktree where that is given."""

    git_dir: Path | None = None
    work_tree: Path | None = None
    held_lock: int | None = (
        None  # the child keeps it open, so that the lock outlives a killed parent
    )
    configuration: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: timedelta = LOCAL_TIMEOUT

    def run(self, *arguments: str, stdin: bytes = b"", accept: Sequence[int] = (0,)) -> Output:
        """What Git answered; an exit code outside `accept` raises GitFailed."""
        output = self._communicate(arguments, stdin)
        if output.exit_code not in accept:
            raise GitFailed(arguments, output.exit_code, output.stderr)
        return output

    def _communicate(self, arguments: Sequence[str], stdin: bytes) -> Output:
        process = subprocess.Popen(
            ["git", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.work_tree or self.git_dir or os.path.sep,
            env=self._environment(),
            pass_fds=() if self.held_lock is None else (self.held_lock,),
            process_group=0,  # so that a timeout reaches Git's own children (ssh, index-pack) too
        )
        try:
            stdout, stderr = process.communicate(stdin, timeout=self.timeout.total_seconds())
        except BaseException as error:
            _stop(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise GitTimedOut(
                    f"git {arguments[0]} took longer than {self.timeout}; try again, "
                    "or look whether the disk or the other side hangs"
                ) from error
            raise
        return Output(
            exit_code=process.returncode, stdout=stdout, stderr=without_passwords(decoded(stderr))
        )

    def _environment(self) -> dict[str, str]:
        # PATH is the one thing taken from outside: it says where git and ssh are on this machine.
        environment = {
            "PATH": os.pathsep.join(os.get_exec_path()),
            "HOME": "/nonexistent",
            "LC_ALL": "C",
            "GIT_ALLOW_PROTOCOL": PROTOCOLS,
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_COMMITTER_EMAIL": "headrace@localhost",
            "GIT_COMMITTER_NAME": "Headrace",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_EDITOR": ":",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_PAGER": "cat",
            "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
            "GIT_TERMINAL_PROMPT": "0",
        }
        return environment | self._places() | self._settings() | dict(self.environment)

    def _places(self) -> dict[str, str]:
        places = {}
        if self.git_dir is not None:
            places["GIT_DIR"] = str(self.git_dir)
        if self.work_tree is not None:
            places["GIT_WORK_TREE"] = str(self.work_tree)
        return places

    def _settings(self) -> dict[str, str]:
        # Through the environment, not `-c`: values such as an authorisation header would else show
        # in the list of processes.
        settings = list((_CONFIGURATION | dict(self.configuration)).items())
        settings += [
            ("safe.directory", str(place)) for place in (self.git_dir, self.work_tree) if place
        ]
        numbered = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (key, value) in enumerate(settings):
            numbered[f"GIT_CONFIG_KEY_{number}"] = key
            numbered[f"GIT_CONFIG_VALUE_{number}"] = value
        return numbered


def decoded(raw: bytes) -> str:
    """Git's bytes as text; what is no UTF-8 survives as surrogate escapes."""
    return raw.decode("utf-8", "surrogateescape")


def without_passwords(text: str) -> str:
    """`text` with the user part of every URL blanked."""
    return _PASSWORD_IN_URL.sub("***@", text)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
