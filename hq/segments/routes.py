"""Segments, by the API."""

from typing import Annotated, Any, Literal

from fastapi import Query, Response

from hq.access.scopes import Scope
from hq.api.etags import check_match, versioned
from hq.api.models import Page, to_page
from hq.api.paging import Paging
from hq.api.routing import Asked, Routes
from hq.jobs.schemas import JobAnswer
from hq.segments import by_hand, service
from hq.segments.schemas import (
    ConditionAsked,
    CountAnswer,
    ListedAnswer,
    MembersAsked,
    SegmentAnswer,
    SegmentAsked,
    SegmentChange,
    SegmentMemberAnswer,
    SizeAnswer,
    UseAnswer,
)

routes = Routes(
    "segments", "Named sets of members: lists, and those that follow from a condition and are kept current."
)


class SegmentList(Paging):
    """Which segments."""

    kind: Literal["static", "dynamic"] | None = None


@routes.get("", needs=Scope.SEGMENTS_READ, answers=Page[SegmentAnswer])
def list_segments(ask: Asked, asked: Annotated[SegmentList, Query()]) -> Any:
    """List segments by their ids."""
    return to_page(SegmentAnswer, *service.list_segments(ask.hq, asked, kind=asked.kind))


@routes.post("", needs=Scope.SEGMENTS_WRITE, answers=SegmentAnswer)
def create_segment(ask: Asked, asked: SegmentAsked, response: Response) -> Any:
    """Make a segment. A dynamic one is worked out by a job, and kept current from then on."""
    made = service.create_segment(
        ask.hq,
        ask.actor,
        segment_id=asked.segment_id,
        name=asked.name,
        kind=asked.kind,
        condition=asked.condition,
    )
    return _segment(response, made)


@routes.post("/preview", needs=Scope.SEGMENTS_READ, answers=CountAnswer, status=200)
def preview_segment(ask: Asked, asked: ConditionAsked) -> Any:
    """Count the members that a condition holds for; of very many from a part of them."""
    return CountAnswer.model_validate(service.count_members(ask.hq, asked.condition))


@routes.get("/{segment_id}", needs=Scope.SEGMENTS_READ, answers=SegmentAnswer, faults=(404,))
def read_segment(ask: Asked, segment_id: str, response: Response) -> Any:
    """Read one segment."""
    return _segment(response, service.find_segment(ask.hq, segment_id))


@routes.patch("/{segment_id}", needs=Scope.SEGMENTS_WRITE, answers=SegmentAnswer, faults=(404, 409))
def change_segment(ask: Asked, segment_id: str, asked: SegmentChange, response: Response) -> Any:
    """Change a segment's name or condition; another condition is worked out at once."""
    changed = service.change_segment(
        ask.hq,
        ask.actor,
        segment_id,
        name=asked.name,
        condition=asked.condition,
        check=lambda version: check_match(ask.request, version),
    )
    return _segment(response, changed)


@routes.delete("/{segment_id}", needs=Scope.SEGMENTS_WRITE, answers=JobAnswer, status=202, faults=(404, 409))
def delete_segment(ask: Asked, segment_id: str) -> Any:
    """Take a segment away, by a job that takes it off its members first."""
    job = service.delete_segment(
        ask.hq, ask.actor, segment_id, check=lambda version: check_match(ask.request, version)
    )
    return JobAnswer.model_validate(job)


@routes.get(
    "/{segment_id}/members", needs=Scope.MEMBERS_READ, answers=Page[SegmentMemberAnswer], faults=(404,)
)
def list_segment_members(ask: Asked, segment_id: str, paging: Annotated[Paging, Query()]) -> Any:
    """List who is in a segment."""
    return to_page(SegmentMemberAnswer, *service.list_members(ask.hq, segment_id, paging))


@routes.post(
    "/{segment_id}/members", needs=Scope.SEGMENTS_WRITE, answers=ListedAnswer, status=200, faults=(404,)
)
def add_segment_members(ask: Asked, segment_id: str, asked: MembersAsked) -> Any:
    """Put members into a static segment."""
    return ListedAnswer.model_validate(by_hand.add_members(ask.hq, ask.actor, segment_id, asked.members))


@routes.post(
    "/{segment_id}/members/remove",
    needs=Scope.SEGMENTS_WRITE,
    answers=ListedAnswer,
    status=200,
    faults=(404,),
)
def remove_segment_members(ask: Asked, segment_id: str, asked: MembersAsked) -> Any:
    """Take members out of a static segment."""
    return ListedAnswer.model_validate(by_hand.remove_members(ask.hq, ask.actor, segment_id, asked.members))


@routes.post(
    "/{segment_id}/refresh", needs=Scope.SEGMENTS_WRITE, answers=JobAnswer, status=202, faults=(404,)
)
def refresh_segment(ask: Asked, segment_id: str) -> Any:
    """Work a dynamic segment out anew, as a job."""
    return JobAnswer.model_validate(service.refresh_segment(ask.hq, ask.actor, segment_id))


@routes.get("/{segment_id}/sizes", needs=Scope.SEGMENTS_READ, answers=Page[SizeAnswer], faults=(404,))
def list_segment_sizes(ask: Asked, segment_id: str) -> Any:
    """List how large a segment was, the newest day first."""
    return to_page(SizeAnswer, service.list_sizes(ask.hq, segment_id), None)


@routes.get("/{segment_id}/uses", needs=Scope.SEGMENTS_READ, answers=Page[UseAnswer], faults=(404,))
def list_segment_uses(ask: Asked, segment_id: str) -> Any:
    """List what of the published program goes by a segment."""
    return to_page(UseAnswer, service.used_by(ask.hq, segment_id), None)


def _segment(response: Response, found: service.Segment) -> SegmentAnswer:
    versioned(response, found.version)
    return SegmentAnswer.model_validate(found)
