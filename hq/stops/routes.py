"""What is stopped everywhere, by the API: a campaign, a rule, a referral scheme, a member's card, a code, all."""

from typing import Any

from hq.access.scopes import Scope
from hq.api.models import Page, to_page
from hq.api.routing import Asked, Routes
from hq.stops import service
from hq.stops.schemas import ChangedAnswer, LiftAsked, StopAnswer, StopAsked
from hq.stops.service import ListedStop

routes = Routes("stops", "The kill switch: what is stopped everywhere, and which stations have heard of it.")


@routes.get("", needs=Scope.CAMPAIGNS_READ, answers=Page[StopAnswer])
def list_stops(ask: Asked) -> Any:
    """List what is stopped, and what stays so under older rules."""
    return to_page(StopAnswer, [_answer(each) for each in service.list_stops(ask.hq)], None)


@routes.post("", needs=Scope.CAMPAIGNS_STOP, answers=ChangedAnswer, faults=(404,))
def stop(ask: Asked, asked: StopAsked) -> Any:
    """Stop something everywhere: stations hear of it with their next sync, before anything else."""
    return ChangedAnswer.model_validate(service.stop_by(ask.hq, ask.actor, asked.what, note=asked.note))


@routes.post("/lift", needs=Scope.CAMPAIGNS_PUBLISH, answers=ChangedAnswer, status=200, faults=(404,))
def lift_stop(ask: Asked, asked: LiftAsked) -> Any:
    """Let go what is stopped; where the rules were changed meanwhile, for the new ones only."""
    return ChangedAnswer.model_validate(service.lift_by(ask.hq, ask.actor, asked.what, note=asked.note))


def _answer(found: ListedStop) -> dict[str, Any]:
    period = found.period
    return {
        "what": period.what,
        "version": period.version,
        "since_ms": period.since_ms,
        "note": period.note,
        "who": period.who,
        "before_program": period.before_program,
        "devices": found.devices,
        "heard": found.devices - len(found.missing),
        "missing": list(found.missing),
        "is_of_backup": found.is_of_backup,
    }
