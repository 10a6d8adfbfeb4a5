"""The audit trail as a file: who signed in and out, what was approved, let happen, undone, changed and closed.

Each row names its entry, by number and id, so that it is found in the journal, in a bundle and at head office.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

from app.core.approvals import APPROVAL, APPROVER
from app.core.entry import (
    CLOCK_JUMP,
    DAY_CLOSE,
    EPOCH_START,
    MODE_CHANGE,
    NOTED,
    OVERRIDE,
    PAIRING,
    PIN_LOCK,
    RETURN,
    SHIFT,
    STAFF_CHANGE,
    VOID,
    Entry,
)
from app.core.money import CURRENCIES
from app.core.order import zone
from app.review.export import AT_ONCE, Say
from app.review.names import staff_names
from app.review.sheet import Form, Sheet, id_cell, text_cell
from app.store.review.review import Review

HEADS = (
    "number",
    "day",
    "time",
    "kind",
    "what",
    "staff",
    "approver",
    "why",
    "whom",
    "order",
    "note",
    "entry_id",
)
KINDS = (
    SHIFT, MODE_CHANGE, OVERRIDE, PIN_LOCK, STAFF_CHANGE, PAIRING, DAY_CLOSE, NOTED, CLOCK_JUMP, EPOCH_START,
    VOID, RETURN,
)  # fmt: skip
NUMBERS = f"""
SELECT seq FROM action WHERE day >= ? AND day <= ? AND (kind IN ({",".join("?" * len(KINDS))}) OR approver <> '')
ORDER BY seq
"""  # noqa: S608 ours
WHOM = frozenset({OVERRIDE, STAFF_CHANGE, PIN_LOCK})  # whose `staff` is who it was done to


def write_trail(review: Review, since: date, until: date, form: Form, to: BinaryIO, *, say: Say) -> int:
    """Write the trail of these days, both included, the oldest first; return how many rows. Raises as `write_csv`."""
    sheet = Sheet(form, to, digits=CURRENCIES[review.place.currency].digits)
    sheet.write([[text_cell(say(head, "")) for head in HEADS]])
    people = {key: text_cell(name) for key, name in staff_names(review).items()}
    count = 0
    for rows in review.stream(NUMBERS, (since.toordinal(), until.toordinal(), *KINDS), at_once=AT_ONCE):
        entries = review.entries_of([seq for (seq,) in rows])
        sheet.write([_cells(review, entry, people, say) for entry in entries])
        count += len(entries)
    return count


def _cells(review: Review, entry: Entry, people: Mapping[str, str], say: Say) -> Sequence[str]:
    data = entry.data
    moment = datetime.fromtimestamp(data.get("t_eff", entry.wall_ms) // 1000, zone(review.place.time_zone))
    done_by = data.get("cashier") if entry.type in WHOM else data.get("cashier", data.get("staff"))

    def person(staff_id: Any) -> str:
        return people.get(staff_id) or id_cell(str(staff_id or ""))

    def word(column: str, code: Any) -> str:
        return text_cell(say(column, str(code))) if code else ""

    return (
        str(entry.seq),
        f"{moment:%Y-%m-%d}",
        f"{moment:%H:%M:%S}",
        word("kind", entry.type),
        word("what", _what(data)),
        person(done_by),
        person(data.get(APPROVER)),
        word("why", data.get(APPROVAL, {}).get("why")),
        person(data.get("staff")) if entry.type in WHOM else "",
        text_cell(data["day"]) if entry.type == DAY_CLOSE else id_cell(str(data.get("order_id") or "")),
        text_cell(str(data.get("note", ""))),
        id_cell(entry.entry_id),
    )


def _what(data: Mapping[str, Any]) -> Any:
    """Return what was done in a word of the entry's own, where its kind has several."""
    about = data.get("about")
    if isinstance(about, dict):
        return str(about.get("what", "")).split(":", 1)[0]
    return data.get("what") or data.get("mode") or data.get("movement") or data.get("reason")
