"""Entries of members who were erased: HQ posts them like any other, to an account that stays empty, and flags them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from hq.journal.postings import into_closed
from sync.protocol import Flag, Verdict

if TYPE_CHECKING:
    from hq.journal.judgement import Judgement


def of_erased(word: "Judgement", closed: frozenset[str]) -> "Judgement":
    """Flag a posted entry whose member was erased, and let what it brings them or takes from them be nobody's.

    A refusal takes nothing, and its order is flagged.
    """
    ref = _member_of(word)
    if ref not in closed or word.verdict is Verdict.QUARANTINED:
        return word
    detail = f"member {ref} was erased: what this does to their points and wallet is breakage"
    return replace(
        word,
        verdict=Verdict.FLAGGED,
        flags=(*word.flags, Flag.MEMBER_ERASED),
        detail="; ".join(text for text in (word.detail, detail) if text),
        postings=into_closed(word.postings, ref),
    )


def _member_of(word: "Judgement") -> str:
    if word.enrolled is not None:
        return word.enrolled.member
    if word.order is not None and word.order.member is not None:
        return word.order.member.ref
    if word.undone is not None:
        return word.undone.member
    if word.redemption is not None and word.is_approved:
        return word.redemption.member or ""
    return ""
