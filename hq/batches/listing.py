"""The codes of a batch written out again: for a printer, a mailing, a sheet with QR codes."""

from dataclasses import dataclass

from app.core.effects import AmountOff
from hq.api.paging import Paging, read_cursor, write_cursor
from hq.batches.codes import code_at, for_people, read_seed
from hq.batches.service import BROUGHT, Batch, Kind, find_batch
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.faults import NotPossible
from hq.home import Hq

IN_FILE = 5_000  # that a file reads at once


@dataclass(frozen=True, slots=True)
class Code:
    """A code with what a letter says of it: `code` for people, `qr` for the picture, `amount` in minor units."""

    n: int
    code: str
    qr: str
    campaign: str
    starts_on: str | None
    ends_on: str | None
    amount: int | None


def list_codes(hq: Hq, batch_id: str, asked: Paging) -> tuple[list[Code], str | None]:
    """Return a page of a batch's codes by their places. Raises `NotHere`, `NotPossible` or `Malformed`."""
    return codes_of(hq, find_batch(hq, batch_id), asked)


def codes_of(hq: Hq, found: Batch, asked: Paging) -> tuple[list[Code], str | None]:
    """Return a page of a batch's codes by their places. Raises `NotPossible` or `Malformed`."""
    if found.origin == BROUGHT:
        raise NotPossible("These codes came from a file, and are kept as hashes alone: the file has them.")
    seed = read_seed(hq, found.batch_id)
    place = read_cursor(asked.cursor, (int,))
    first = 0 if place is None else max(place[0], -1) + 1
    behind = min(first + asked.limit, found.made)
    amount = found.value if found.kind is Kind.GIFT_CARDS else amount_of(hq, found.rule_id)
    shown = [_code(found, n, code_at(seed, n, found.form), amount) for n in range(first, behind)]
    return shown, write_cursor([behind - 1]) if behind < found.made else None


def amount_of(hq: Hq, rule_id: str) -> int | None:
    """Return how much a voucher of a rule takes off, where it is an amount; minor units."""
    with hq.database.reading() as connection:
        program = program_of(hq, connection, newest_version(connection, "program"))
    pair = None if program is None else program.pair(rule_id)
    return pair.rule.effect.amount if pair is not None and isinstance(pair.rule.effect, AmountOff) else None


def _code(found: Batch, n: int, qr: str, amount: int | None) -> Code:
    return Code(n, for_people(qr), qr, found.campaign, found.starts_on, found.ends_on, amount)
