"""Pushes that may not be posted.

Of a revoked device or epoch, or the other branch of a fork. Kept whole for people to look at.
"""

import msgspec
from sqlalchemy import Connection, func, insert, select

from app.core.canonical import digest
from hq.tables import held_push
from sync.protocol import PushRefusalKind, PushRequest

HELD_PUSHES_MAX = 100  # of a device: plenty to see what happened, and a stolen station can't fill the disk


def hold(
    connection: Connection, device_id: str, request: PushRequest, why: PushRefusalKind, *, now_ms: int
) -> None:
    """Keep a push once. Heartbeats, and whatever comes after HELD_PUSHES_MAX, are not kept."""
    if not request.entries:
        return
    sent = msgspec.to_builtins(request)
    del sent["clock"]  # the same entries sent again are the same push
    body = msgspec.json.encode(sent)
    name = digest(body)
    kept = connection.execute(select(func.count()).where(held_push.c.device == device_id)).scalar_one()
    is_there = held_push.c.device == device_id, held_push.c.digest == name
    if kept >= HELD_PUSHES_MAX or connection.execute(select(held_push.c.digest).where(*is_there)).first():
        return
    row = {
        "device": device_id,
        "digest": name,
        "epoch": request.epoch,
        "from_seq": request.from_seq,
        "why": why.value,
        "received_ms": now_ms,
        "body": body,
    }
    connection.execute(insert(held_push), row)
