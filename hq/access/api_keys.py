"""Keys of other programs: made, shown once, rotated with an overlap, revoked.

`tsk_<key id>_<secret>`: the id finds the row, and of the secret only its hash is kept.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.ids import new_number
from hq.access.actor import Actor, Ceilings
from hq.access.ceilings import is_within
from hq.access.scopes import Scope
from hq.access.tables import api_key
from hq.audit.service import record
from hq.faults import Forbidden, NotHere, NotPossible
from hq.home import Hq

PREFIX = "tsk_"
ID_LENGTH, SECRET_LENGTH = 10, 32  # of 5 bits each
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
OVERLAP_HOURS = 24
KEYS_MAX = 500  # of one tenant, revoked ones too


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. Times are UTC milliseconds."""

    key_id: str
    name: str
    scopes: tuple[Scope, ...]
    ceilings: Ceilings = field(default_factory=Ceilings)
    created_by: str = ""
    created_ms: int = 0
    expires_ms: int | None = None
    revoked_ms: int | None = None
    last_used_ms: int | None = None
    replaces: str | None = None

    def is_good(self, now_ms: int) -> bool:
        """Tell whether requests may still be made with it."""
        return self.revoked_ms is None and (self.expires_ms is None or now_ms < self.expires_ms)


def create_key(
    hq: Hq, actor: Actor, *, name: str, scopes: tuple[Scope, ...], ceilings: Ceilings | None = None
) -> tuple[ApiKey, str]:
    """Make a key and return it with its text, which is shown this once.

    Nobody hands out a right that they don't have. Raises `Forbidden`, `NotPossible`.
    """
    if not scopes:
        raise NotPossible("A key needs at least one right.")
    _check_given(actor, scopes, ceilings or actor.ceilings)
    now_ms = hq.clock.now_ms()
    new = ApiKey(
        key_id=new_number(ID_LENGTH),
        name=name,
        scopes=tuple(sorted(set(scopes))),
        ceilings=ceilings or actor.ceilings,
        created_by=actor.name,
        created_ms=now_ms,
    )
    with hq.database.atomic() as connection:
        text = _insert(connection, new)
        record(connection, actor, "key.created", f"key:{new.key_id}", now_ms=now_ms, after=_said(new))
    return new, text


def list_keys(hq: Hq) -> list[ApiKey]:
    """Return all keys, the newest first."""
    statement = select(api_key).order_by(api_key.c.created_ms.desc(), api_key.c.key_id).limit(KEYS_MAX)
    with hq.database.reading() as connection:
        return [_key(row) for row in connection.execute(statement)]


def find_key(hq: Hq, key_id: str) -> ApiKey:
    """Return a key. Raises `NotHere`."""
    with hq.database.reading() as connection:
        return _find(connection, key_id)


def rotate_key(
    hq: Hq, actor: Actor, key_id: str, *, overlap_hours: int = OVERLAP_HOURS
) -> tuple[ApiKey, str]:
    """Make a key with the same rights; the old one stays good for so many hours.

    Whoever rotates a key holds the new one, so they need its rights themselves. Raises `NotHere`, `NotPossible`,
    `Forbidden`.
    """
    now_ms = hq.clock.now_ms()

    def rotate(connection: Connection) -> tuple[ApiKey, str]:
        old = _find(connection, key_id)
        if not old.is_good(now_ms):
            raise NotPossible(f"The key {old.name} is no longer good: make a new one.")
        _check_given(actor, old.scopes, old.ceilings)
        new = ApiKey(
            key_id=new_number(ID_LENGTH),
            name=old.name,
            scopes=old.scopes,
            ceilings=old.ceilings,
            created_by=actor.name,
            created_ms=now_ms,
            replaces=old.key_id,
        )
        text = _insert(connection, new)
        until = now_ms + overlap_hours * HOUR_MS
        until = min(until, old.expires_ms or until)  # rotated once more it lasts no longer
        connection.execute(update(api_key).where(api_key.c.key_id == key_id).values(expires_ms=until))
        said = {"by": new.key_id, "until_ms": until}
        record(connection, actor, "key.rotated", f"key:{key_id}", now_ms=now_ms, after=said)
        return new, text

    return hq.database.write(rotate)


def revoke_key(hq: Hq, actor: Actor, key_id: str, *, reason: str = "") -> ApiKey:
    """End a key at once. Raises `NotHere`."""
    now_ms = hq.clock.now_ms()

    def revoke(connection: Connection) -> ApiKey:
        old = _find(connection, key_id)
        if old.revoked_ms is None:
            connection.execute(update(api_key).where(api_key.c.key_id == key_id).values(revoked_ms=now_ms))
            record(connection, actor, "key.revoked", f"key:{key_id}", now_ms=now_ms, reason=reason)
        return _find(connection, key_id)

    return hq.database.write(revoke)


def actor_of(hq: Hq, text: str) -> Actor | None:
    """Return who asks with a key, or None where there is no such good key."""
    key_id, _, secret = text.removeprefix(PREFIX).partition("_")
    if not text.startswith(PREFIX) or not text.isascii() or len(key_id) != ID_LENGTH:
        return None
    now_ms = hq.clock.now_ms()
    with hq.database.reading() as connection:
        row = connection.execute(select(api_key).where(api_key.c.key_id == key_id)).one_or_none()
    if row is None or not hmac.compare_digest(row.secret_hash, _hash(secret)):
        return None
    key = _key(row)
    if not key.is_good(now_ms):
        return None
    if (key.last_used_ms or 0) // MINUTE_MS != now_ms // MINUTE_MS:
        used = update(api_key).where(api_key.c.key_id == key_id).values(last_used_ms=now_ms)
        hq.database.write(lambda connection: connection.execute(used))
    return Actor(f"key:{key.key_id}", None, frozenset(key.scopes), key.ceilings)


def _check_given(actor: Actor, scopes: Iterable[Scope], ceilings: Ceilings) -> None:
    """Raise `Forbidden` where a key would have rights or ceilings above those of whoever gets its text."""
    if missing := sorted(set(scopes) - actor.scopes):
        raise Forbidden(f"{actor.name} has no right {missing[0].value}, so their keys have none either.")
    if not is_within(ceilings, actor.ceilings):
        raise Forbidden(f"These ceilings are above those of {actor.name}.")


def _find(connection: Connection, key_id: str) -> ApiKey:
    row = connection.execute(select(api_key).where(api_key.c.key_id == key_id)).one_or_none()
    if row is None:
        raise NotHere(f"There is no key {key_id}.")
    return _key(row)


def _insert(connection: Connection, new: ApiKey) -> str:
    secret = new_number(SECRET_LENGTH)
    row = {
        "key_id": new.key_id,
        "name": new.name,
        "scopes": " ".join(new.scopes),
        "secret_hash": _hash(secret),
        "ceiling_percent": new.ceilings.percent,
        "ceiling_amount": new.ceilings.amount,
        "ceiling_points": new.ceilings.points,
        "stores": json.dumps(sorted(new.ceilings.stores)),
        "created_by": new.created_by,
        "created_ms": new.created_ms,
        "replaces": new.replaces,
    }
    connection.execute(insert(api_key), row)
    return f"{PREFIX}{new.key_id}_{secret}"


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        name=row.name,
        scopes=tuple(Scope(scope) for scope in row.scopes.split()),
        ceilings=Ceilings(
            row.ceiling_percent, row.ceiling_amount, row.ceiling_points, frozenset(json.loads(row.stores))
        ),
        created_by=row.created_by,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        revoked_ms=row.revoked_ms,
        last_used_ms=row.last_used_ms,
        replaces=row.replaces,
    )


def _said(new: ApiKey) -> dict[str, Any]:
    return {"name": new.name, "scopes": list(new.scopes)}


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
