"""Composition root: puts the parts together and mounts every feature that is found."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from auth.authenticator import Authenticator, RefuseKeysInAddresses
from database import Database
from feature_flags import FlagClient
from features import Feature, discover
from jobs.queue import JobQueue
from jobs.worker import Workers
from parameters import Parameters
from problems import Problem, on_invalid_request, on_problem
from processes import Processes
from service import Service
from settings import Settings
from storage import Storage
from telemetry import AccessLog, Metrics, RequestTelemetry


def now() -> datetime:
    """The time of the real world."""
    return datetime.now(UTC)


def build_service(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = now,
    features: tuple[Feature, ...] | None = None,
) -> Service:
    """All parts, with the database migrated. Nothing runs yet."""
    features = discover() if features is None else features
    database = Database(settings.database, replica=settings.replica)
    database.migrate({feature.name: feature.migrations for feature in features})
    settings.files.mkdir(parents=True, exist_ok=True)
    metrics = _declared(features)
    parameters = Parameters(settings.parameters)
    return Service(
        settings=settings,
        database=database,
        metrics=metrics,
        flags=FlagClient(
            settings.flag_url,
            token=settings.flag_token,
            timeout=settings.flag_timeout,
            believed_for=settings.flag_cache,
            metrics=metrics,
        ),
        parameters=parameters,
        storage=Storage(folder=settings.files, parameters=parameters),
        jobs=JobQueue(database, lease=settings.job_lease),
        processes=Processes(settings.processes),
        authenticator=Authenticator(database),
        features=features,
        clock=clock,
    )


def _declared(features: tuple[Feature, ...]) -> Metrics:
    metrics = Metrics()
    for feature in features:
        if feature.metrics is not None:
            feature.metrics(metrics)
    return metrics


def workers_of(service: Service) -> Workers:
    """Workers that know the jobs of every feature."""
    handlers = {kind: job for feature in service.features for kind, job in feature.jobs.items()}
    return Workers(service, handlers)


def create_app(service: Service) -> FastAPI:
    """The web application; its job workers live as long as it does."""

    access_log = AccessLog(service.settings.access_log)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        workers = workers_of(service)
        workers.start(service.settings.job_workers)
        yield
        workers.stop()
        service.processes.close()
        access_log.close()

    app = FastAPI(title="Customers' records", version="2.3.0", lifespan=life)
    app.state.service = service
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_middleware(RefuseKeysInAddresses)
    app.add_middleware(RequestTelemetry, metrics=service.metrics, access_log=access_log)
    _mount(app, service.features)
    _tell_about_itself(app, service)
    return app


def _mount(app: FastAPI, features: tuple[Feature, ...]) -> None:
    for feature in features:
        if feature.router is not None:
            app.include_router(feature.router)
        if feature.static is not None:
            files = StaticFiles(directory=feature.static)
            app.mount(f"/static/{feature.name}", files, name=f"static-{feature.name}")


def _tell_about_itself(app: FastAPI, service: Service) -> None:
    waiting = service.metrics.gauge("jobs_waiting", "Jobs that are due or running.")
    waiting.set_function(service.jobs.waiting)

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/healthz", include_in_schema=False)
    def health(response: Response) -> dict[str, object]:
        probes = {"database": _database_answers}
        for feature in service.features:
            probes.update(feature.health)
        states = {name: "ok" if probe(service) else "failing" for name, probe in probes.items()}
        healthy = all(state == "ok" for state in states.values())
        response.status_code = 200 if healthy else 503
        return {"status": "ok" if healthy else "failing", "parts": states}


def _database_answers(service: Service) -> bool:
    with service.database.read() as connection:
        return connection.execute("SELECT 1").fetchone() is not None
