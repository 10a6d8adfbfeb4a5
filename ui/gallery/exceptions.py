"""What wants a manager's look: of every kind, seen and not, one and many, and nothing."""

from dataclasses import replace

from app.core.approvals import Why
from app.core.entry import CLOCK_JUMP, GIFT_CARD, ORDER, PIN_LOCK, RETURN, SCAN_DENIED, VOID
from app.core.reversal_rules import ReversalReason
from app.core.verdicts import Flag
from app.review.exceptions import ExceptionRow, What
from ui.gallery.samples import COUNTS, LONG_NAME, LONG_WORD, NOW_MS, OFFLINE
from ui.gallery.today import SHOP, opened
from ui.i18n import _
from ui.models.manager.exceptions_view import ExceptionsView, Seen, Wanted, key_of
from ui.models.manager.spans import Span
from ui.models.state import State

HOUR_MS = 3_600_000
NAMES = (("ayse", "Ayşe Yılmaz"), ("ben", "Ben Okoro"), ("m-1", "김서연"))
KINDS = {
    What.OVERRIDE: (GIFT_CARD, Why.PROMISED),
    What.VOID: (VOID, ReversalReason.WRONG_MEMBER),
    What.RETURN: (RETURN, ReversalReason.GOODS_FAULTY),
    What.LOOKUPS: (SCAN_DENIED, ""),
    What.OFTEN: (ORDER, ""),
    What.OVER_LIMIT: (ORDER, ""),
    What.FLAGGED: (ORDER, ""),
    What.CLOCK: (CLOCK_JUMP, ""),
    What.PIN_LOCK: (PIN_LOCK, ""),
    What.HANDED: (ORDER, ""),
}


def row(place: int, what: What, **more: object) -> ExceptionRow:
    """Return an exception."""
    kind, detail = KINDS[what]
    at_ms = NOW_MS - place * HOUR_MS
    found = ExceptionRow(what, 91 - place, at_ms, at_ms, str(what), kind, staff="ayse", detail=str(detail))
    return replace(found, **more)  # type: ignore[arg-type]  # fields of ExceptionRow


OVERRIDDEN = row(1, What.OVERRIDE, approver="ben", value=10_000)
OF_EACH = (
    OVERRIDDEN,
    row(2, What.VOID, approver="ben", value=500, order_id="31198705046"),
    row(
        3,
        What.RETURN,
        value=1_200,
        order_id="31198705047",
        is_seen=True,
        note="",
        seen_by="ben",
        seen_ms=NOW_MS,
    ),
    row(4, What.LOOKUPS, count=21, staff=""),
    row(5, What.OFTEN, member_ref="m-1", count=5, order_id="31198705048"),
    row(6, What.OVER_LIMIT, flags=(Flag.OVERSPENT.value,), order_id="31198705049", value=900),
    row(7, What.FLAGGED, flags=(Flag.REPLAY_DIFFERS.value,), order_id="31198705050"),
    row(8, What.CLOCK, moved_ms=-2 * HOUR_MS, staff=""),
    row(9, What.PIN_LOCK),
    row(10, What.HANDED, order_id="31198705051"),
)


def exceptions(*rows: ExceptionRow, **more: object) -> State:
    """Return a state of the page."""
    kinds = tuple((what, sum(what in row.kinds for row in rows)) for what in What)
    view = ExceptionsView(
        Wanted(seen=Seen.ALL),
        rows,
        is_any=True,
        unseen=sum(not row.is_seen for row in rows),
        of_kinds=tuple((what, count) for what, count in kinds if count),
        names=NAMES,
    )
    return opened("exceptions", replace(view, **more))  # type: ignore[arg-type]  # fields of ExceptionsView


def states() -> dict[str, State]:
    """Return every state of the page."""
    seen = replace(OVERRIDDEN, is_seen=True, note="Asked the shop next door", seen_by="ben", seen_ms=NOW_MS)
    many = tuple(row(place, What.OVERRIDE, approver="ben", value=place * 100) for place in range(1, 200))
    long = tuple(
        row(
            place,
            What.FLAGGED,
            staff="long",
            approver="long",
            value=99_999_999,
            flags=("x",),
            order_id=LONG_WORD,
        )
        for place in range(9)
    )
    overrides = Wanted(What.OVERRIDE, Span.YESTERDAY, Seen.ALL)
    found = {
        "exceptions": exceptions(*OF_EACH),
        "exceptions-first-time": exceptions(is_any=False),
        "exceptions-all-seen": exceptions(wanted=Wanted(), unseen=0),
        "exceptions-none-of-these": exceptions(wanted=overrides, unseen=3),
        "exceptions-overrides": exceptions(OVERRIDDEN, wanted=overrides),
        "exceptions-seen": exceptions(seen, wanted=Wanted(seen=Seen.SEEN)),
        "exceptions-marked": replace(exceptions(seen), notice=_("Marked as seen.")),
        "exceptions-busy": exceptions(OVERRIDDEN, is_busy=True),
        "exceptions-offline": replace(exceptions(*OF_EACH), pill=OFFLINE),
        "exceptions-many": exceptions(*many),
        "exceptions-long": exceptions(*long, names=(("long", f"{LONG_NAME} {LONG_WORD}"),)),
        "exceptions-training": replace(exceptions(is_any=False), shop=replace(SHOP, is_training=True)),
    }
    for count in COUNTS[1:]:
        ticked = frozenset(key_of(each) for each in many[:count])
        found[f"exceptions-ticked-{count}"] = exceptions(*many[:count], ticked=ticked)
    return found
