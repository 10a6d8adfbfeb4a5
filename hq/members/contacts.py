"""What members said of themselves, in the one table that holds it, and who else said the same.

Phone numbers and addresses are compared by hashes under a key of HQ's own, in a form in which spaces and capitals don't
count. The hashes are made anew from the table if the key is ever lost.
"""

import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.core.personal import Personal, PersonalInvalid
from app.core.personal import personal as read_typed
from app.ids import new_secret
from hq.members.tables import personal
from hq.rows import upsert
from hq.tables import member, meta

CONTACT_KEY = "contact_key"  # in `meta`
MENTIONED_MAX = 5  # of those who said the same
TEXTS = ("name", "phone", "email", "birthday")


def store_personal(connection: Connection, ref: str, said: Personal, *, now_ms: int) -> list[str]:
    """Keep what a member said, and return in words who else said the same. The caller holds `Whole.MEMBERS`."""
    hashes = dict(_hashes(connection, said))
    found = [
        f"the same {kind} as {', '.join(others)}"
        for kind, value in hashes.items()
        if (others := _others(connection, kind, value, but=ref))
    ]
    row = {
        "member": ref,
        "name": said.name,
        "phone": said.phone,
        "email": said.email,
        "birthday": said.birthday,
        "phone_hash": hashes.get("phone"),
        "email_hash": hashes.get("e-mail"),
        "stored_ms": now_ms,
    }
    if not _is_added_to(connection, row):
        connection.execute(insert(personal), row)
    if said.display_name:  # a name that head office has given stays
        nameless = member.c.ref == ref, member.c.name == ""
        connection.execute(update(member).where(*nameless).values(name=said.display_name))
    return found


def change_personal(
    connection: Connection, ref: str, new: Mapping[str, str], *, now_ms: int
) -> tuple[list[str], list[str]]:
    """Set what a member says of themselves: `new` by name, in the form of `Personal`, empty for what is to go.

    Returns which of it is another than before, and in words who else said the same. The caller holds `Whole.MEMBERS`.
    """
    of = personal.c.member == ref
    held = connection.execute(select(personal).where(of)).mappings().one_or_none()
    before = dict.fromkeys(TEXTS, "") if held is None else {name: held[name] for name in TEXTS}
    changed = [name for name in TEXTS if name in new and new[name] != before[name]]
    if not changed:
        return [], []
    said = Personal(**(before | {name: new[name] for name in changed}))
    hashes = dict(_hashes(connection, said))
    row = {
        **{name: getattr(said, name) for name in TEXTS},
        "phone_hash": hashes.get("phone"),
        "email_hash": hashes.get("e-mail"),
        "stored_ms": now_ms,
    }
    if held is None:
        connection.execute(insert(personal), row | {"member": ref})
    else:
        connection.execute(update(personal).where(of).values(row))
    same = [
        f"the same {kind} as {', '.join(others)}"
        for kind, value in hashes.items()
        if {"phone": "phone", "e-mail": "email"}[kind] in changed
        if (others := _others(connection, kind, value, but=ref))
    ]
    return changed, same


def who_said(connection: Connection, text: str) -> list[str]:
    """Return the members whose phone number or e-mail address this is."""
    kept = connection.execute(select(meta.c.v).where(meta.c.k == CONTACT_KEY)).scalar_one_or_none()
    if kept is None:
        return []
    found: list[str] = []
    for kind in ("phone", "email"):
        try:
            said = read_typed(**{kind: text})
        except PersonalInvalid:
            continue
        for word, value in _hashes(connection, said):
            found += _others(connection, word, value, but="")
    return found


def _hashes(connection: Connection, said: Personal) -> Iterator[tuple[str, str]]:
    key = _contact_key(connection)
    for kind, text in (("phone", said.phone_key), ("e-mail", said.email_key)):
        if text:
            yield kind, hmac.new(key, f"{kind}|{text}".encode(), "sha256").hexdigest()


def join_personal(connection: Connection, ref: str, into: str) -> None:
    """Let what a member said be the survivor's, as far as they said nothing of the kind themselves."""
    of = personal.c.member == ref
    row = connection.execute(select(personal).where(of)).mappings().one_or_none()
    connection.execute(delete(personal).where(of))
    if row is not None and not _is_added_to(connection, dict(row) | {"member": into}):
        connection.execute(insert(personal), dict(row) | {"member": into})


def _is_added_to(connection: Connection, row: dict[str, Any]) -> bool:
    """Fill in what a member had not said yet, if they had said something; what they said first stays."""
    of = personal.c.member == row["member"]
    held = connection.execute(select(personal).where(of)).mappings().one_or_none()
    if held is None:
        return False
    new = {name: row[name] for name in TEXTS if not held[name] and row[name]}
    new |= {f"{name}_hash": row[f"{name}_hash"] for name in ("phone", "email") if name in new}
    if new:
        connection.execute(update(personal).where(of).values(new))
    return True


def _others(connection: Connection, kind: str, value: str, *, but: str) -> list[str]:
    column = personal.c.phone_hash if kind == "phone" else personal.c.email_hash
    is_it = column == value, personal.c.member != but
    statement = select(personal.c.member).where(*is_it).order_by(personal.c.member)
    return list(connection.execute(statement.limit(MENTIONED_MAX)).scalars())


def _contact_key(connection: Connection) -> bytes:
    kept = connection.execute(select(meta.c.v).where(meta.c.k == CONTACT_KEY)).scalar_one_or_none()
    if kept is None:
        kept = new_secret().hex()
        upsert(connection, meta, [{"k": CONTACT_KEY, "v": kept}], changes=("v",))
    return bytes.fromhex(kept)
