"""What head office knows of a member, as the simulator's fields: so that nobody copies it by hand."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import select

from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.faults import NotHere
from hq.home import Hq
from hq.members.attributes import values_of
from hq.tables import member


def member_fields(hq: Hq, ref: str) -> dict[str, list[str]]:
    """Return the fields of a member's card, with the points they have now. Raises `NotHere`."""
    with hq.database.reading() as connection:
        row = connection.execute(select(member).where(member.c.ref == ref)).one_or_none()
        if row is None:
            raise NotHere(f"There is no member {ref[:20]!r}.")
        attributes = values_of(connection, [ref]).get(ref, {})
        program = program_of(hq, connection, newest_version(connection, "program"))
    fields = {
        "has_member": ["yes"],
        "ref": [ref],
        "tier": [row.tier],
        "points": [str(max(row.balance, 0))],
        "debt": [str(max(-row.balance, 0))],
        "segments": list(orjson.loads(row.segments or "[]")),
        "attributes": ["\n".join(f"{name} = {value}" for name, value in sorted(attributes.items()))],
    }
    if row.joined_ms:
        zone = ZoneInfo("UTC" if program is None else program.time_zone)
        joined = datetime.fromtimestamp(row.joined_ms / 1000, UTC).astimezone(zone)
        fields["joined_on"] = [f"{joined:%Y-%m-%d}"]
    return fields
