"""Every setting of the service: its name, default, unit and meaning."""

import os
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an operator may set; `from_environment` reads `RECORDS_<NAME>`."""

    database: Path
    """The SQLite file. It is made when it is missing."""
    replica: Path | None = None
    """A read-only copy for long reads. Without one, the same file is opened read-only."""
    files: Path
    """Folder for files that the service makes, such as results of jobs."""
    signing_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    """Key for signed links. Without one, links die with the process."""
    flag_url: str | None = None
    """Where feature flags are asked for (OpenFeature Remote Evaluation). None: all are off."""
    flag_token: str | None = field(default=None, repr=False)
    """What the flag service knows this service by."""
    flag_timeout: timedelta = timedelta(milliseconds=200)
    flag_cache: timedelta = timedelta(seconds=5)
    """How long an answer about a flag is believed."""
    job_workers: int = 2
    """Threads that run jobs. 0 leaves jobs to another process."""
    processes: int = 2
    """Processes for work that would keep requests waiting. 0: it is done where it is asked for."""
    job_lease: timedelta = timedelta(seconds=60)
    """A job whose worker has been silent for this long is given to another."""
    parameters: Path | None = None
    """A file of numbers that are changed while the service runs. None: every default holds."""
    access_log: Path | None = None
    """Where every answered request of a customer is written down, a JSON object a line."""


def from_environment() -> Settings:
    """The settings as the environment has them."""
    read = os.environ.get
    parameters, access_log = read("RECORDS_PARAMETERS"), read("RECORDS_ACCESS_LOG")
    folder = Path(read("RECORDS_FOLDER", "var"))
    replica = read("RECORDS_REPLICA")
    key = read("RECORDS_SIGNING_KEY")
    return Settings(
        database=Path(read("RECORDS_DATABASE", str(folder / "records.sqlite"))),
        replica=Path(replica) if replica else None,
        files=Path(read("RECORDS_FILES", str(folder / "files"))),
        signing_key=key.encode() if key else secrets.token_bytes(32),
        flag_url=read("RECORDS_FLAG_URL"),
        flag_token=read("RECORDS_FLAG_TOKEN"),
        flag_timeout=timedelta(milliseconds=float(read("RECORDS_FLAG_TIMEOUT_MS", "200"))),
        flag_cache=timedelta(seconds=float(read("RECORDS_FLAG_CACHE_SECONDS", "5"))),
        job_workers=int(read("RECORDS_JOB_WORKERS", "2")),
        processes=int(read("RECORDS_PROCESSES", "2")),
        job_lease=timedelta(seconds=float(read("RECORDS_JOB_LEASE_SECONDS", "60"))),
        parameters=Path(parameters) if parameters else None,
        access_log=Path(access_log) if access_log else None,
    )
