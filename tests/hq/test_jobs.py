"""Jobs whose steps meet: of two processes one makes a step, and a database that is busy ends no job."""

import pytest

from hq.access.actor import SYSTEM
from hq.faults import Busy
from hq.jobs import service
from hq.jobs.service import Step, find_job, start_job, work, worker

made = []


@worker("test.count")
def count_up(_hq, _connection, job):
    made.append(job.place.get("at", 0))
    if job.asked.get("is_busy") and len(made) == 1:
        raise Busy("Somebody holds what it needs.")
    at = job.place.get("at", 0) + 1
    return Step({"at": at} if at < 2 else None, at, 2)


@pytest.fixture(autouse=True)
def _begin():
    made.clear()


def test_a_step_that_another_process_made_is_not_made_again(hq) -> None:
    job = start_job(hq, SYSTEM, "test.count", {})
    service._step(hq, job)
    service._step(hq, job)  # as the other process found it
    assert (made, find_job(hq, job.job_id).done) == ([0], 1)
    work(hq)
    assert (made, find_job(hq, job.job_id).state) == ([0, 1], service.DONE)


def test_a_job_goes_on_when_the_database_is_no_longer_busy(hq) -> None:
    job = start_job(hq, SYSTEM, "test.count", {"is_busy": True})
    with pytest.raises(Busy):
        work(hq)
    assert find_job(hq, job.job_id).state == service.WAITING
    work(hq)
    assert (made, find_job(hq, job.job_id).state) == ([0, 0, 1], service.DONE)
