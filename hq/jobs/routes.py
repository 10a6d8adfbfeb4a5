"""Jobs, by the API."""

from typing import Annotated, Any

from fastapi import Query as FromQuery
from pydantic import Field

from hq.access.scopes import Scope
from hq.api.models import Page, Query, to_page
from hq.api.routing import Asked, Routes
from hq.jobs import service
from hq.jobs.schemas import JobAnswer

routes = Routes("jobs", "Long work: how far it is, and how it ended.")


class JobList(Query):
    """Which jobs."""

    kind: Annotated[str | None, Field(max_length=40, pattern=r"^[a-z_.]*$")] = None


@routes.get("", needs=Scope.JOBS_READ, answers=Page[JobAnswer])
def list_jobs(ask: Asked, asked: Annotated[JobList, FromQuery()]) -> Any:
    """List the newest jobs."""
    return to_page(JobAnswer, service.list_jobs(ask.hq, kind=asked.kind), None)


@routes.get("/{job_id}", needs=Scope.JOBS_READ, answers=JobAnswer, faults=(404,))
def read_job(ask: Asked, job_id: str) -> Any:
    """Read one job."""
    return JobAnswer.model_validate(service.find_job(ask.hq, job_id))
