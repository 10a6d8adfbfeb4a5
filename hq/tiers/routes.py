"""Tiers, by the API: the ladder as it is worked on, and who would move."""

from functools import partial
from typing import Any

from fastapi import Response

from hq.access.scopes import Scope
from hq.api.etags import check_match, versioned
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes
from hq.campaigns.parts import ProgramPart
from hq.campaigns.program_schemas import PartsCheckAnswer, ProgramVersionAnswer
from hq.jobs.schemas import JobAnswer
from hq.tiers import service
from hq.tiers.schemas import DryRunAnswer, TiersAnswer, TiersAsked, TiersPublished

routes = Routes("tiers", "The tiers of the program, and who would move under others.")
READ, WRITE = Scope.TIERS_READ, Scope.TIERS_WRITE


@routes.get("", needs=READ, answers=TiersAnswer)
def read_tiers(ask: Asked, response: Response) -> Any:
    """Read the tiers as they are drafted and as they are published."""
    return _told(response, service.read_tiers(ask.hq))


@routes.put("", needs=WRITE, answers=TiersAnswer, faults=(409,))
def put_tiers(ask: Asked, asked: TiersAsked, response: Response) -> Any:
    """Say which tiers there are to be, lowest first."""
    match = partial(check_match, ask.request)
    return _told(response, service.put_tiers(ask.hq, ask.actor, asked.tiers, match=match))


@routes.get("/check", needs=READ, answers=PartsCheckAnswer, faults=(409,))
def check_tiers(ask: Asked) -> Any:
    """Say what stands in the way of publishing the draft."""
    return PartsCheckAnswer.model_validate(service.check_tiers(ask.hq))


@routes.post("/publish", needs=WRITE, answers=ProgramVersionAnswer, status=200)
def publish_tiers(ask: Asked, asked: TiersPublished) -> Any:
    """Publish the draft: members are looked at anew at once. It asks for campaigns:publish too."""
    ask.actor.need(Scope.CAMPAIGNS_PUBLISH)
    made = service.publish_tiers(ask.hq, ask.actor, note=asked.note, is_meant=asked.is_meant)
    return ProgramVersionAnswer.model_validate(made)


@routes.post("/dry-run", needs=READ, answers=JobAnswer)
def start_dry_run(ask: Asked) -> Any:
    """Begin to work out who would move under the draft; nothing of a member is changed."""
    return JobAnswer.model_validate(service.start_dry_run(ask.hq, ask.actor))


@routes.get("/dry-run", needs=READ, answers=Page[JobAnswer])
def list_dry_runs(ask: Asked) -> Any:
    """List the newest dry runs."""
    return to_page(JobAnswer, service.list_dry_runs(ask.hq), None)


@routes.get("/dry-run/{job_id}", needs=READ, answers=DryRunAnswer, faults=(404,))
def read_dry_run(ask: Asked, job_id: str) -> Any:
    """Read how far a dry run is, and who would move once it is done."""
    return DryRunAnswer.model_validate(service.find_dry_run(ask.hq, job_id))


def _told(response: Response, found: ProgramPart) -> TiersAnswer:
    versioned(response, found.version)
    return TiersAnswer(
        tiers=found.body or [],
        published=found.published or [],
        has_changes=found.has_changes,
        version=found.version,
        changed_by=found.changed_by,
        changed_ms=found.changed_ms,
    )
