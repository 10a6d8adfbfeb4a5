"""What waits for head office: nothing, some, many, and what needs a look; and each state of the line."""

from dataclasses import replace

from app.core.authority import Offline
from app.core.entry import ENROL, ORDER, VOID
from app.core.standing import Standing
from app.core.verdicts import Flag, Verdict
from app.station.queue import Left, Offered, QueueRow, Tab, Without
from ui.gallery.samples import BASE, LONG_NAME, LONG_WORD, NOW_MS, OFFLINE, STALE
from ui.i18n import _
from ui.models.queue import QueueView
from ui.models.state import Pill, PillKind, Screen, State

GIVEN = QueueRow(91, NOW_MS - 700_000, ORDER, "31198705046", "Ayşe Y.", 236, 25, name="D1K6Q4:1:91")
JOINED = QueueRow(90, NOW_MS - 900_000, ENROL, "", "…42", 0, 0)
UNDONE = replace(GIVEN, seq=89, type=VOID, number="", discount=-236)
FLAGGED = replace(GIVEN, verdict=Verdict.FLAGGED, flags=(Flag.COUPON_TWICE.value,))
ASIDE = replace(GIVEN, seq=80, verdict=Verdict.QUARANTINED, flags=(Flag.UNKNOWN_TYPE.value,))
WITHOUT = Without(
    (
        Offered("Free coffee, any size", Offline.ALWAYS),
        Offered("5.00 off from 30.00", Offline.FLOOR),
        Offered("Ten per cent", Offline.LEASE),
        Offered("Double points", Offline.NEVER),
    ),
    (Left("Ten per cent", 7, 40, NOW_MS + 86_400_000), Left("", 120, 500, NOW_MS + 3_600_000)),
)


def queue(view: QueueView, pill: Pill, **more: object) -> State:
    """Return a state of the page."""
    state = replace(BASE, screen=Screen.QUEUE, flow=replace(view, is_read=True), pill=pill)
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def states() -> dict[str, State]:
    """Return every state of the page."""
    fresh = Pill(PillKind.FRESH, age_s=12, next_s=18)
    many = tuple(replace(GIVEN, seq=999 - place, at_ms=NOW_MS - place * 60_000) for place in range(100))
    long = replace(GIVEN, number=LONG_WORD, member=LONG_NAME, discount=99_999_999)
    fills = tuple(Offered(f"{LONG_NAME} {LONG_WORD}", Offline.LEASE) for _ in range(21))
    few = QueueView(rows=(GIVEN,), without=WITHOUT)
    return {
        "queue-empty": queue(QueueView(without=WITHOUT), fresh),
        "queue-reading": replace(queue(few, fresh), flow=QueueView()),
        "queue-sending": queue(few, Pill(PillKind.SENDING, 1, 40, next_s=1)),
        "queue-offline": queue(
            QueueView(rows=many[:37], without=WITHOUT), replace(OFFLINE, next_s=21, tries=2)
        ),
        "queue-stale": queue(QueueView(rows=many, is_more=True, without=WITHOUT), STALE),
        "queue-sent": queue(QueueView(Tab.SENT, (GIVEN, JOINED, UNDONE), without=WITHOUT), fresh),
        "queue-sent-none": queue(QueueView(Tab.SENT, without=WITHOUT), fresh),
        "queue-attention": queue(
            QueueView(Tab.ATTENTION, (FLAGGED, ASIDE), without=WITHOUT),
            Pill(PillKind.ATTENTION, age_s=12, attention=2),
        ),
        "queue-handed": queue(
            QueueView(Tab.ATTENTION, (replace(FLAGGED, is_handed=True),), without=WITHOUT),
            Pill(PillKind.ATTENTION, age_s=12, attention=1),
            notice=_("It is handed to the manager."),
        ),
        "queue-kinds": queue(
            QueueView(rows=(GIVEN, JOINED, UNDONE), without=WITHOUT),
            replace(OFFLINE, waiting=3, next_s=9, tries=204),
        ),
        "queue-sending-far": queue(few, Pill(PillKind.SENDING, 1, 40, sent=36)),
        "queue-update": queue(few, Pill(PillKind.UPDATE, 1, 90)),
        "queue-revoked": queue(few, Pill(PillKind.REVOKED, 1, 90), standing=Standing.REVOKED),
        "queue-long": queue(QueueView(rows=(long,) * 9, without=Without(fills)), STALE),
    }
