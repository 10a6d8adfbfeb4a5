"""What the columns of a file with codes are, and what a row of it says of a code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.core.codes import GiftCardNumber, VoucherNumber, parse
from app.core.gift_cards import FACE_MAX
from hq.batches.checks import USES_MAX
from hq.batches.service import Kind
from hq.faults import Malformed

CODE, STARTS, ENDS, USES, VALUE = "code", "starts_on", "ends_on", "uses_max", "value"
TARGETS: Mapping[Kind, tuple[str, ...]] = {
    Kind.VOUCHERS: (CODE, STARTS, ENDS, USES),
    Kind.GIFT_CARDS: (CODE, VALUE),
}
GUESSES = {
    "code": CODE,
    "number": CODE,
    "vouchercode": CODE,
    "cardnumber": CODE,
    "coupon": CODE,
    "validfrom": STARTS,
    "startson": STARTS,
    "validuntil": ENDS,
    "expires": ENDS,
    "endson": ENDS,
    "uses": USES,
    "usesmax": USES,
    "balance": VALUE,
    "value": VALUE,
    "amount": VALUE,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says of a code."""

    code_hash: str
    starts_on: str | None = None
    ends_on: str | None = None
    uses_max: int | None = None
    value: int = 0


def guess(heading: Sequence[str], kind: Kind) -> dict[str, str]:
    """Return which column is what, as far as the heading says so."""
    found: dict[str, str] = {}
    for column in heading:
        target = GUESSES.get("".join(filter(str.isalnum, column.casefold())), "")
        if target in TARGETS[kind] and target not in found.values():
            found[column] = target
    return found


def checked(mapping: Mapping[str, str], heading: Sequence[str], kind: Kind) -> dict[str, str]:
    """Return a mapping without what is left alone. Raises `Malformed`."""
    used = {column: target for column, target in mapping.items() if target}
    if not set(used) <= set(heading):
        raise Malformed("The mapping names a column that the file does not have.")
    if not set(used.values()) <= set(TARGETS[kind]):
        raise Malformed("The mapping names something that a column can't be.")
    if len(set(used.values())) < len(used):
        raise Malformed("Two columns can't be the same thing.")
    if CODE not in used.values():
        raise Malformed("One column has to be the code.")
    return used


def said_of(kind: Kind, cells: Mapping[str, str], *, uses_max: int) -> Said:
    """Return what a row says: `cells` by what they are; empty ones say nothing. Raises `Malformed`."""
    code = parse(cells.get(CODE, ""), keys={}, now_ms=0)
    if kind is Kind.GIFT_CARDS:
        if not isinstance(code, GiftCardNumber):
            raise Malformed(
                "Stations can't read this as a gift card's number: G and 14 characters, the last of which checks "
                "the others."
            )
        return Said(code.code_hash, value=_whole(cells.get(VALUE, ""), 0, FACE_MAX))
    if not isinstance(code, VoucherNumber):
        raise Malformed(
            "Stations can't read this as a voucher: V and 13 to 20 characters, the last of which checks the others, "
            "or a coupon of GS1."
        )
    starts_on, ends_on = _day(cells.get(STARTS, "")), _day(cells.get(ENDS, ""))
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise Malformed("The last day lies before the first.")
    uses = _whole(cells.get(USES, ""), uses_max, USES_MAX)
    return Said(code.code_hash, starts_on, ends_on, uses)


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat() if text else None
    except ValueError as problem:
        raise Malformed("A day is written like 2026-11-28.") from problem


def _whole(text: str, otherwise: int, most: int) -> int:
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit()) or int(text) > most:
        raise Malformed(f"This has to be a whole number up to {most}.")
    return int(text)
