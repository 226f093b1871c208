from dataclasses import replace
from datetime import timedelta

import pytest

from app import build_service, workers_of
from features import Feature
from jobs.model import JobStatus


@pytest.fixture
def ran():
    return []


@pytest.fixture
def queue_service(settings, ran):
    def succeed(service, context):
        ran.append(context.job.id)
        context.finish_with({"seen": context.job.payload["value"]})

    def break_down(service, context):
        ran.append(context.is_last_attempt)
        raise RuntimeError("the disk is full")

    from jobs.queue import MIGRATIONS

    feature = Feature(
        name="test", migrations=MIGRATIONS, jobs={"succeed": succeed, "break": break_down}
    )
    return build_service(settings, features=(feature,))


def enqueue(service, kind, *, then=lambda: None, **more):
    with service.database.write() as connection:
        job_id = service.jobs.enqueue(connection, kind, {"value": 7}, tenant_id="acme", **more)
        then()
    return job_id


def test_a_job_runs_once_and_keeps_its_result(queue_service, ran):
    job_id = enqueue(queue_service, "succeed")
    workers = workers_of(queue_service)
    assert workers.run_one()
    assert not workers.run_one()
    job = queue_service.jobs.find("acme", job_id)
    assert (job.status, job.result, ran) == (JobStatus.DONE, {"seen": 7}, [job_id])


def test_a_job_of_a_transaction_that_fails_does_not_exist(queue_service):
    with pytest.raises(ZeroDivisionError):
        enqueue(queue_service, "succeed", then=lambda: 1 / 0)
    assert not workers_of(queue_service).run_one()


def test_a_failed_job_waits_before_it_is_tried_again(queue_service):
    job_id = enqueue(queue_service, "break")
    workers = workers_of(queue_service)
    workers.run_one()
    job = queue_service.jobs.find("acme", job_id)
    assert (job.status, job.error) == (JobStatus.QUEUED, "RuntimeError: the disk is full")
    assert not workers.run_one()


def test_after_the_last_attempt_a_job_has_failed_for_good(queue_service, ran):
    job_id = enqueue(queue_service, "break", max_attempts=1)
    workers_of(queue_service).run_one()
    assert queue_service.jobs.find("acme", job_id).status is JobStatus.FAILED
    assert ran == [True]


def test_a_job_whose_worker_went_silent_is_claimed_again(settings, queue_service):
    job_id = enqueue(queue_service, "succeed")
    service = build_service(
        replace(settings, job_lease=timedelta(seconds=-1)), features=queue_service.features
    )
    assert service.jobs.claim().attempt == 1
    again = service.jobs.claim()
    assert (again.id, again.attempt) == (job_id, 2)


def test_a_delayed_job_is_not_due_yet(queue_service):
    enqueue(queue_service, "succeed", delay=timedelta(hours=1))
    assert queue_service.jobs.claim() is None
    assert queue_service.jobs.waiting() == 0


def test_another_customers_job_is_not_found(queue_service):
    job_id = enqueue(queue_service, "succeed")
    assert queue_service.jobs.find("bolt", job_id) is None


def test_a_worker_outlives_a_queue_that_cannot_be_asked(service, monkeypatch):
    asked = []

    def claim():
        asked.append(1)
        if len(asked) == 1:
            raise OSError("the database is locked")

    monkeypatch.setattr(service.jobs, "claim", claim)
    workers = workers_of(service)
    workers.start(1)
    while len(asked) < 2:
        workers.threads[0].join(0.01)
        assert workers.threads[0].is_alive()
    workers.stop()
