"""The running service: its parts, handed to whoever needs them; no module keeps state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from markupsafe import Markup

from auth.authenticator import Authenticator
from auth.model import Principal
from database import Database
from feature_flags import FlagClient
from features import Feature, SlotRequest
from jobs.queue import JobQueue
from parameters import Parameters
from problems import Problem
from processes import Processes
from settings import Settings
from storage import Storage
from telemetry import Metrics


@dataclass(frozen=True, kw_only=True)
class Service:
    """Everything a verb may need from outside itself."""

    settings: Settings
    database: Database
    metrics: Metrics
    flags: FlagClient
    parameters: Parameters
    storage: Storage
    jobs: JobQueue
    processes: Processes
    authenticator: Authenticator
    features: tuple[Feature, ...]
    clock: Callable[[], datetime]

    def provided(self, name: str) -> object:
        """What a feature offers under this name, or a refusal that says that none does."""
        for feature in self.features:
            if name in feature.provides:
                return feature.provides[name]
        raise CapabilityMissing(f"Nothing provides {name!r} in this installation.")

    def slot(self, name: str, *, principal: Principal, values: Mapping[str, Any]) -> Markup:
        """Everything that features put in this place of a page."""
        request = SlotRequest(service=self, principal=principal, values=values)
        parts = [feature.slots[name](request) for feature in self.features if name in feature.slots]
        return Markup("").join(parts)


class CapabilityMissing(Problem):
    """A feature asks for what no installed feature provides."""

    status, code = 503, "capability_missing"


async def service_of(request: Request) -> Service:
    """The service that answers this request; a FastAPI dependency, which needs no thread."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service
