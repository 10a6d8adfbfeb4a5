"""Members who joined at a station: their `enrol` entry makes them members here, and its box tells what they said.

A member is never lost for what is wrong with the data: without the box, or with a card that is somebody else's, they
are a member all the same, and a person looks at the case. Two members with the same phone stay two, each with their
points, until somebody decides. Whoever was erased is not made a member again, and what came of them is not kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select

from app.core.chain import ChainOwner
from hq.db import Whole, hold_whole
from hq.feed import MEMBER, Change
from hq.journal.schemas import EnrolData
from hq.journal.store import Kept
from hq.members.boxes import NO_BOX, Opened
from hq.members.contacts import store_personal
from hq.members.merged import survivor_of, survivors_of_numbers
from hq.members.store import ACTIVE, lock_members, points_posted
from hq.members.tables import consent, enrolment
from hq.rows import insert_rows
from hq.tables import member, member_scope
from hq.webhooks.outbox import Kind, announce_event
from sync.protocol import Flag

AWAITED, KEPT, NOTHING = "awaited", "kept", ""  # of what a member said


@dataclass(frozen=True)
class Entered:
    """What came of the new members of a batch: the entries with their flags, and who has to hear of whom."""

    kept: list[Kept]
    changes: list[Change]


def enter_members(
    connection: Connection,
    place: ChainOwner,
    kept: Sequence[Kept],
    boxes: Mapping[str, Opened],
    *,
    store: str,
    now_ms: int,
) -> Entered:
    """Make members of those who joined, behind the judging and before anything of theirs is settled or posted."""
    found = Entered(list(kept), [])
    for at, each in enumerate(kept):
        joined = each.judgement.enrolled
        if joined is None or Flag.MEMBER_ERASED in each.judgement.flags:
            continue
        # Nobody else adds one meanwhile, who could have the same number or phone.
        hold_whole(connection, Whole.MEMBERS)
        opened = boxes.get(joined.member, NO_BOX)
        spot = ChainOwner(place.device_id, place.epoch), each.seq
        doubts = _enter(connection, spot, joined, opened, store=store, now_ms=now_ms)
        found.kept[at] = replace(each, judgement=each.judgement.doubted(doubts))
        found.changes.append(Change(store, MEMBER, joined.member))
    return found


def _enter(
    connection: Connection,
    spot: tuple[ChainOwner, int],
    joined: EnrolData,
    opened: Opened,
    *,
    store: str,
    now_ms: int,
) -> list[tuple[Flag, str]]:
    ref = joined.member
    if lock_members(connection, [ref]) or survivor_of(connection, ref) != ref:
        return [(Flag.DUPLICATE_MEMBER, f"member {ref} was there already, and stays as they were")]
    doubts = []
    holder = _holder(connection, joined.number_hash)
    if holder is not None:
        doubts.append((Flag.DUPLICATE_MEMBER, f"the card's number is that of {holder}; {ref} has none now"))
    _insert_member(connection, joined, is_number_free=holder is None, store=store, now_ms=now_ms)
    state = AWAITED if joined.box_hash else NOTHING
    if opened.is_of(joined.box_hash) and opened.said is not None:
        doubts += of_the_same(ref, store_personal(connection, ref, opened.said, now_ms=now_ms))
        state = KEPT
    elif joined.box_hash:
        doubts.append(
            (Flag.DATA_LACKS, f"what member {ref} said of themselves {opened.lacks(joined.box_hash)}")
        )
    owner, seq = spot
    row = {
        "member": ref,
        "device": owner.device_id,
        "epoch": owner.epoch,
        "seq": seq,
        "box_hash": joined.box_hash,
        "state": state,
        "at_ms": joined.t_eff,
    }
    connection.execute(insert(enrolment), row)
    return doubts


def of_the_same(ref: str, found: Sequence[str]) -> list[tuple[Flag, str]]:
    """Return the doubt whether a new member is somebody who is one already."""
    if not found:
        return []
    detail = f"member {ref} has {' and '.join(found)}: keep both, or tell the person which card to go on with"
    return [(Flag.DUPLICATE_MEMBER, detail)]


def _holder(connection: Connection, number_hash: str) -> str | None:
    if not number_hash:
        return None
    statement = select(member.c.ref).where(member.c.number_hash == number_hash)
    found: str | None = connection.execute(statement).scalar_one_or_none()
    return found or survivors_of_numbers(connection, [number_hash]).get(number_hash)


def _insert_member(
    connection: Connection, joined: EnrolData, *, is_number_free: bool, store: str, now_ms: int
) -> None:
    ref = joined.member
    row = {
        "ref": ref,
        "name": "",
        "number_hash": joined.number_hash if joined.number_hash and is_number_free else None,
        "tier": "",
        "segments": "[]",
        "balance": points_posted(connection, [ref]).get(ref, 0),
        "home_store": store,
        "state": ACTIVE,
        "joined_ms": max(joined.t_eff, 0),
    }
    connection.execute(insert(member), row)
    said = {"member": ref, "tier": "", "store": store, "by": "station"}
    announce_event(connection, Kind.MEMBER_ADDED, said, now_ms=now_ms, name=ref)
    connection.execute(
        insert(member_scope), {"member": ref, "store": store, "last_visit_ms": max(joined.t_eff, 0)}
    )
    asked = [
        {
            "member": ref,
            "n": n,
            "what": each.what,
            "version": each.version,
            "language": each.language,
            "is_given": int(each.yes),
            "at_ms": each.at_ms,
        }
        for n, each in enumerate(joined.consents, start=1)
    ]
    insert_rows(connection, consent, asked)
