"""What pages of the program's parts share: keeping a part's draft, and publishing drafts of parts."""

from collections.abc import Sequence
from typing import Any

from hq.builder.context import same_version
from hq.campaigns import parts
from hq.campaigns.parts import PartsCheck, ProgramPart
from hq.console.routing import PageAsk
from hq.faults import HqFault


def keep_part(ask: PageAsk, part: str, body: Any) -> ProgramPart:
    """Keep what a part is to become, unless somebody else changed it since the form was made."""
    match = same_version(ask.text("version"))
    return parts.put_part(ask.hq, ask.actor, part, body, match=match)


def check_of(ask: PageAsk, names: Sequence[str]) -> PartsCheck | None:
    """Return what stands in the way of publishing the drafts of parts; None where nothing was changed."""
    drafted = [part.part for part in parts.list_parts(ask.hq) if part.has_changes and part.part in names]
    if not drafted:
        return None
    try:
        return parts.check_parts(ask.hq, drafted, language=ask.look.language)
    except HqFault as fault:
        return PartsCheck(tuple(drafted), str(fault), (), ())


def publish_drafts(ask: PageAsk, names: Sequence[str]) -> None:
    """Publish the drafts of those of some parts that have one."""
    drafted = [part.part for part in parts.list_parts(ask.hq) if part.has_changes and part.part in names]
    parts.publish_parts(ask.hq, ask.actor, drafted, note=ask.text("note"), is_meant=bool(ask.text("meant")))
