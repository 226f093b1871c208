"""The route that tells how a background job stands."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from auth.signed_in import SignedIn, TheService
from problems import NotFound

router = APIRouter(prefix="/api/v2/jobs", tags=["jobs"])


class JobOut(BaseModel):
    """One background job."""

    job_id: str = Field(serialization_alias="jobId")
    kind: str
    status: str
    result: dict[str, Any] | None
    error: str | None


@router.get("/{job_id}")
def show_job(job_id: str, service: TheService, principal: SignedIn) -> JobOut:
    """How the job stands, and its result when it is done."""
    job = service.jobs.find(principal.tenant_id, job_id)
    if job is None:
        raise NotFound(f"There is no job {job_id!r}.")
    return JobOut(
        job_id=job.id, kind=job.kind, status=job.status, result=job.result, error=job.error
    )
