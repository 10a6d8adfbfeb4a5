"""Whose accounts entries are about: some of their members have been erased since, or merged into others.

An entry names its member by the reference that the station knew. It is judged by what it says; what it brings or takes
is the survivor's, so that in whichever order entries and merging come the books are the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import structs
from sqlalchemy import Connection

from app.core.entry import Entry
from hq.db import Whole, hold_whole
from hq.journal.schemas import OrderData
from hq.members.closed import closed_refs
from hq.members.merged import survivors
from hq.members.store import account, wallet

if TYPE_CHECKING:
    from hq.journal.judgement import Judgement


def hold_closed(connection: Connection, entries: Sequence[Entry]) -> frozenset[str]:
    """Return which members of these entries were erased; nobody is, or is merged, from here to the commit.

    Held before anything that erasing and merging hold too (vouchers, members).
    """
    refs = _refs(entries)
    if not refs:
        return frozenset()
    hold_whole(connection, Whole.CLOSING, is_shared=True)
    return frozenset(closed_refs(connection, refs))


def merged_among(connection: Connection, entries: Iterable[Entry]) -> Mapping[str, str]:
    """Return to whom the aliases lead that these entries name."""
    refs = _refs(entries)
    return survivors(connection, refs) if refs else {}


def of_survivor(word: "Judgement", merged: Mapping[str, str]) -> "Judgement":
    """Let what an entry does be the survivor's, where its member was merged."""
    order, redemption, undone = word.order, word.redemption, word.undone
    if order is not None and order.member is not None and (to := merged.get(order.member.ref)):
        return _moved(replace(word, order=of_survivor_order(order, merged)), order.member.ref, to)
    if undone is not None and (to := merged.get(undone.member)):
        return _moved(replace(word, undone=replace(undone, survivor=to)), undone.member, to)
    if redemption is not None and redemption.member is not None and (to := merged.get(redemption.member)):
        moved = replace(word, redemption=structs.replace(redemption, member=to))
        return _moved(moved, redemption.member, to)
    return word


def of_survivor_order(order: OrderData, merged: Mapping[str, str]) -> OrderData:
    """Return an order as if the survivor had been there."""
    part = order.member
    if part is None or part.ref not in merged:
        return order
    return structs.replace(order, member=structs.replace(part, ref=merged[part.ref]))


def _moved(word: "Judgement", ref: str, to: str) -> "Judgement":
    moved = {account(ref): account(to), wallet(ref): wallet(to)}
    postings = (replace(made, account=moved.get(made.account, made.account)) for made in word.postings)
    return replace(word, postings=tuple(postings))


def texts(entries: Iterable[Entry], name: str) -> list[str]:
    """Return a field's different values, as far as they could be names: bodies have not been checked yet."""
    return _texts_of(*(entry.data.get(name) for entry in entries))


def _refs(entries: Iterable[Entry]) -> set[str]:
    entries = list(entries)
    refs = set(texts(entries, "member"))  # of a redemption, or of who joined
    for entry in entries:
        part = entry.data.get("member")  # of an order
        refs.update(_texts_of(part.get("ref")) if isinstance(part, dict) else ())
    return refs


def _texts_of(*values: object) -> list[str]:
    return list(dict.fromkeys(value for value in values if isinstance(value, str) and "\x00" not in value))
