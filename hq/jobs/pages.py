"""Jobs in the console: how far long work is, and how it ended."""

from collections.abc import Mapping

from fastapi import Response

from hq.access.actor import Actor
from hq.access.scopes import Scope
from hq.console.alerts import Alert, alert
from hq.console.routing import Page, Pages
from hq.console.texts import N_
from hq.home import Hq
from hq.jobs import service
from hq.jobs.service import DONE, FAILED, RUNNING, STOPPED, WAITING

PLACE = "/console/jobs"
DAY_MS = 86_400_000
STATES: Mapping[str, tuple[str, str]] = {  # the word and its colour
    WAITING: (N_("waits"), "queued"),
    RUNNING: (N_("runs"), "queued"),
    DONE: (N_("done"), "ok"),
    FAILED: (N_("failed"), "stop"),
    STOPPED: (N_("stopped"), "warn"),
}
pages = Pages("jobs", N_("Jobs"), place=PLACE, needs=Scope.JOBS_READ)


@pages.get("")
def show_jobs(ask: Page) -> Response:
    """List the newest jobs."""
    jobs = service.list_jobs(ask.hq)
    kinds = sorted({job.kind for job in jobs})
    kind, state = ask.query.get("kind"), ask.query.get("state")
    shown = [job for job in jobs if (not kind or job.kind == kind) and (not state or job.state == state)]
    return ask.page("jobs/list.html", jobs=shown, kinds=kinds, states=STATES)


@pages.get("/job/{job_id}")
def show_job(ask: Page, job_id: str) -> Response:
    """Show how far a job is."""
    job = service.find_job(ask.hq, job_id)
    is_own = job.who == ask.actor.name or ask.actor.may(Scope.SETTINGS_WRITE)
    may_stop = is_own and job.state in (WAITING, RUNNING)
    return ask.page("jobs/one.html", job=job, states=STATES, may_stop=may_stop)


@pages.post("/job/{job_id}/stop", needs=Scope.JOBS_READ)
def post_stop(ask: Page, job_id: str) -> Response:
    """Stop a job of one's own; whoever changes settings stops any."""
    if service.find_job(ask.hq, job_id).who != ask.actor.name:
        ask.actor.need(Scope.SETTINGS_WRITE)
    service.stop_job(ask.hq, ask.actor, job_id)
    return ask.go(f"{PLACE}/job/{job_id}", said=ask.said("The job ends behind its present step."))


@alert(needs=Scope.JOBS_READ)
def _tell_failed(hq: Hq, actor: Actor) -> list[Alert]:
    since = hq.clock.now_ms() - DAY_MS
    failed = [job for job in service.list_jobs(hq) if job.state == FAILED and (job.ended_ms or 0) > since]
    return [Alert(N_("Jobs that failed in the last day: {n}"), f"{PLACE}?state=failed", len(failed))]


def _newest_job(hq: Hq) -> str | None:
    jobs = service.list_jobs(hq)
    return jobs[0].job_id if jobs else None


pages.example("", state="failed")
pages.example("")
pages.example("/job/{job_id}", job_id=_newest_job)
