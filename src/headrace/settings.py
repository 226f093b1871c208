"""Every setting: name, default, unit, meaning. Read from the environment as `HEADRACE_<NAME>`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may change. Nothing else in the house reads the environment."""

    model_config = SettingsConfigDict(env_prefix="HEADRACE_", extra="ignore", frozen=True)

    home: Path | None = Field(
        default=None,
        description="Folder of everything Headrace keeps on this machine: the embedded database, "
        "repositories, worktrees. Default: /var/lib/headrace for root, else "
        "~/.local/share/headrace.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="Address of a PostgreSQL server to use instead of the embedded one, as a role "
        "that may create databases and roles: postgresql://user:password@host:port/postgres.",
    )
    database_name: str = Field(default="headrace", description="Name of the database.")
    database_owner_url: SecretStr | None = Field(
        default=None, description="Address for the role that migrates, when an operator made it."
    )
    database_app_url: SecretStr | None = Field(
        default=None, description="Address for the role that serves, when an operator made it."
    )
    database_system_url: SecretStr | None = Field(
        default=None,
        description="Address for the role that sequences and reaps across organisations (it "
        "bypasses row-level security), when an operator made it.",
    )
    clock: str = Field(
        default="real",
        description="Organisation time: `real`, `scaled:FACTOR@ORIGIN/STARTED` with ISO times, or "
        "`paced:FILE`. Unless it is set, a home that holds a file `clock` keeps the time of that file.",
    )
    workers: int = Field(default=1, ge=1, le=64, description="Worker processes of `headrace up`.")
    host: str = Field(default="127.0.0.1", description="Address that `headrace up` listens on.")
    port: int = Field(default=8700, ge=0, le=65535, description="Port of `headrace up`; 0: any.")
    public_url: str = Field(
        default="",
        description="Address at which people open the console from elsewhere: "
        "https://headrace.example, where a proxy ends TLS. Once it is set, everybody signs in, on this "
        "machine too. Plain http is taken for this machine's own names alone.",
    )
    sign_in: Literal["local", "required"] = Field(
        default="local",
        description="`local`: whoever sits at this machine needs no sign-in while the server listens "
        "on the loopback address and HEADRACE_PUBLIC_URL is empty. `required`: everybody signs in.",
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        description="Addresses of proxies whose X-Forwarded-For tells who asks, with commas between; "
        "failed sign-ins are counted by it.",
    )
    oidc_issuer: str = Field(
        default="",
        description="Issuer of an OpenID Connect provider through which people sign in as well, as it "
        "names itself: https://login.example. Empty: passwords alone.",
    )
    oidc_client_id: str = Field(default="", description="Headrace's client id at that provider.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Headrace's client secret there; none for a public client."
    )
    oidc_name: str = Field(
        default="OpenID Connect", description="What people call that provider, on the button."
    )
    session_idle_minutes: float = Field(
        default=480, gt=0, description="Minutes without a sign of life after which a session ends."
    )
    session_hours: float = Field(
        default=168, gt=0, description="Hours after which a session ends whatever happens."
    )
    organisation: str = Field(
        default="", description="Slug of the organisation that the command line works in."
    )
    token: SecretStr | None = Field(
        default=None,
        description="Token of the principal on the command line; default: the operator.",
    )
    lease_seconds: float = Field(
        default=20.0,
        gt=0,
        description="Seconds of silence after which a worker's work is taken over.",
    )
    beat_seconds: float = Field(
        default=5.0, gt=0, description="Seconds between two signs of life of a worker."
    )
    model: str = Field(
        default="",
        description="Model for language tasks, as provider:name (openai:…, anthropic:…). Empty: a "
        "plain draft from the structured facts, marked as such.",
    )
    model_url: str = Field(default="", description="Base address of the model's provider.")
    model_key: SecretStr | None = Field(default=None, description="Key for the model's provider.")
    external_agent: str = Field(
        default="",
        description="Command of a coding agent of your own for work in a worktree, as words that are "
        "split like a shell's and run without one: my-agent --prompt-file {prompt_file}. It may name "
        "{prompt_file}, {message_file} (where it leaves its last word) and {worktree}, in which it "
        "is started. It runs as the user of the worker and is no sandbox.",
    )
    external_agent_home: Path | None = Field(
        default=None,
        description="Home folder of the coding agent, where it keeps its sign-in; default: an empty one.",
    )
    external_agent_environment: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="What the coding agent is told beside PATH, HOME and LANG, as a JSON object; the "
        "values are secrets and struck out of its output.",
    )
    external_agent_minutes: float = Field(
        default=30.0, gt=0, description="Minutes after which the coding agent is stopped."
    )
    halt_seconds: float = Field(
        default=120.0,
        gt=0,
        description="Seconds of real time within which a halt has stopped every agent: calls in "
        "flight are looked after often enough for it.",
    )
    work_backend: Literal["git-files", "github-issues"] = Field(
        default="git-files",
        description="Where signals, missions, decisions, releases and postmortems are kept: as files in "
        "Git, or as issues. Designs, evidence and rules are kept in Git either way.",
    )
    work_backend_overrides: dict[str, Literal["git-files", "github-issues"]] = Field(
        default_factory=dict,
        description="Types that are kept elsewhere than the others, as a JSON object.",
    )
    issues_url: str = Field(
        default="https://api.github.com",
        description="Address of the tracker's REST interface, of GitHub's shape.",
    )
    issues_repository: str = Field(
        default="", description="Repository of the issues, as owner/name."
    )
    issues_token: SecretStr | None = Field(
        default=None, description="Token that may write issues there."
    )
    issues_people: dict[str, str] = Field(
        default_factory=dict,
        description="Handles of the people who write in the tracker, by their login there, as a JSON "
        "object. Who is not named may propose, and is nobody otherwise.",
    )
    issues_intake_label: str = Field(
        default="artifact:signal",
        description="Label of issues in the tracker that are taken in as signals; empty takes none in.",
    )
    search_path: str = Field(
        default="/usr/local/bin:/usr/bin:/bin",
        description="Folders in which the tools of a product's checks are looked for, after those "
        "beside Headrace's own Python; written as in PATH.",
    )
    recordings: Path | None = Field(
        default=None, description="Folder of recorded model answers; set by demonstrations."
    )
    recordings_priced_as: str = Field(
        default="", description="Model at whose price recorded turns are counted, as provider:name."
    )
    call_log: Path | None = Field(
        default=None, description="File in which every recorded turn that is served is noted."
    )


_COLLECTORS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def telemetry_wanted(environment: Mapping[str, str]) -> bool:
    """Whether OpenTelemetry's own variables name a collector of traces, and do not turn it off."""
    off = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    exporter = environment.get("OTEL_TRACES_EXPORTER", "otlp").strip().lower()
    named = any(environment.get(name, "").strip() for name in _COLLECTORS)
    return named and not off and exporter in ("", "otlp")
