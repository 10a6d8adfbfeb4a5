"""The page between two members: the first day, busy days, and everything that can be wrong around it."""

from dataclasses import replace

from app.core.authority import Offline
from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from app.core.standing import Standing
from app.printing.faults import PrinterAbsent, PrinterGone, PrinterHung
from app.station.queue import Offered, Without
from ui.gallery.samples import (
    BASE,
    COUNTS,
    DEMO,
    LONG_NAME,
    NOW_MS,
    OFFLINE,
    SHOP,
    STALE,
    UNKNOWN,
    actions,
    because,
    not_printed,
)
from ui.i18n import _
from ui.models.cut_off import sentence
from ui.models.state import ActionRow, Pill, PillKind, State, Today

CUT = {
    "waits": (Offline.NEVER, Offline.NEVER, Offline.ALWAYS),
    "limit": (Offline.FLOOR, Offline.ALWAYS),
    "all": (Offline.ALWAYS,),
}


def _undone() -> tuple[ActionRow, ...]:
    first, second, *others = actions(4)
    return (replace(first, undone=Kind.VOID, is_queued=False), replace(second, undone=Kind.RETURN), *others)


def _refused() -> tuple[ActionRow, ...]:
    first, second, *others = actions(4)
    why = Refusal(Reason.REQUIRED_ITEM_MISSING)
    return (
        replace(first, member_name="", points=0, discount=0, refusal=why),
        replace(second, is_queued=False, discount=0, refusal=Refusal(Reason.LIMIT_TOTAL_REACHED)),
        *others,
    )


def _standing(busy: State) -> dict[str, State]:
    """Return a page for each thing that is to know of how the station stands."""
    return {
        f"idle-standing-{found.value}": replace(busy, standing=found, pill=Pill(PillKind.EARN_ONLY))
        for found in Standing
        if found.sentence
    }


def _printers(busy: State) -> dict[str, State]:
    """Return a page for each printer that has gone: the receipt of the last order was not printed."""
    faults = {"absent": PrinterAbsent(), "hung": PrinterHung(), "gone": PrinterGone()}
    said = {name: not_printed(fault) for name, fault in faults.items()}
    return {
        f"idle-printer-{name}": replace(busy, prints=True, notice=notice, receipt_notice=notice)
        for name, notice in said.items()
    }


def _lines(busy: State) -> dict[str, State]:
    """Return a page for what else the pill says, and for what is said when the line goes."""
    return {
        "idle-sending-far": replace(busy, pill=Pill(PillKind.SENDING, waiting=1_204, age_s=40, sent=11_500)),
        "idle-limit-ended": replace(
            busy,
            pill=Pill(PillKind.ENDED, waiting=1_204, age_s=700_000, limit_s=604_800),
            standing=Standing.FACTS_OLD,
        ),
        "idle-rules-ended": replace(
            busy, pill=Pill(PillKind.ENDED, waiting=37, age_s=40), standing=Standing.RULES_EXPIRED
        ),
        "idle-update-by": replace(
            busy, pill=Pill(PillKind.UPDATE, waiting=1, age_s=40, by_ms=NOW_MS + 864_000_000)
        ),
        **{
            f"idle-cut-{name}": replace(
                busy, pill=OFFLINE, notice=sentence(Without(tuple(Offered(how.value, how) for how in offers)))
            )
            for name, offers in CUT.items()
        },
    }


def _pills(busy: State) -> dict[str, State]:
    """Return a page for each pill that counts, in each of the plural's forms of each language."""
    kinds = (PillKind.SENDING, PillKind.OFFLINE, PillKind.ATTENTION, PillKind.STORAGE)
    pills = {
        f"{kind.value}-{count}": Pill(kind, waiting=count, attention=count, age_s=60 * count)
        for kind in kinds
        for count in COUNTS[1:]
    }
    return {
        **{f"idle-{name}": replace(busy, pill=pill) for name, pill in pills.items()},
        "idle-connecting": replace(busy, pill=Pill()),
    }


def states() -> dict[str, State]:
    """Return every state of the page."""
    busy = replace(BASE, today=Today(128, 37, 18_450, 4), recent=actions(5))
    return {
        "idle-first-day": BASE,
        "idle": busy,
        "idle-one": replace(BASE, today=Today(1, 1, 500), recent=actions(1)),
        "idle-two": replace(BASE, today=Today(2, 0, 0), recent=actions(2)),
        "idle-21": replace(busy, today=Today(21, 21, 123_456_789, 21), recent=actions(21)),
        "idle-refused": replace(busy, recent=_refused()),
        "idle-undone": replace(busy, recent=_undone()),
        "idle-sending": replace(busy, pill=Pill(PillKind.SENDING, waiting=12, age_s=40)),
        "idle-offline": replace(busy, pill=OFFLINE),
        "idle-offline-none": replace(busy, pill=Pill(PillKind.OFFLINE, age_s=59)),
        "idle-stale": replace(busy, pill=STALE),
        "idle-attention": replace(busy, pill=Pill(PillKind.ATTENTION, waiting=2, attention=2)),
        "idle-earn-only": replace(busy, pill=Pill(PillKind.EARN_ONLY, waiting=2), standing=Standing.FORKED),
        "idle-clock": replace(
            busy, pill=Pill(PillKind.ATTENTION, attention=1), standing=Standing.TIME_DOUBTFUL
        ),
        "idle-storage": replace(busy, pill=Pill(PillKind.STORAGE, waiting=1_204, age_s=40)),
        "idle-demo-queued": replace(
            busy,
            shop=DEMO,
            pill=OFFLINE,
            notice=_("There are no more orders."),
            recent=tuple(replace(row, refusal=Refusal(Reason.LINES_NEEDED)) for row in actions(5, queued=5)),
        ),
        **{f"idle-camera-{word}": replace(busy, camera=word) for word in ("missing", "busy", "forbidden")},
        **{f"idle-scanner-{word}": replace(busy, scanner=word) for word in ("missing", "busy", "forbidden")},
        "idle-camera-off": replace(busy, camera=""),
        **_printers(busy),
        "idle-revoked": replace(busy, pill=Pill(PillKind.REVOKED, waiting=2), standing=Standing.REVOKED),
        "idle-notice": replace(busy, notice=_("There is no single code in this picture.")),
        **_standing(busy),
        **_pills(busy),
        **_lines(busy),
        "idle-unseen": replace(busy, unseen=12),
        "idle-demo": replace(busy, shop=DEMO),
        "idle-demo-cut": replace(
            busy, shop=replace(DEMO, is_line_cut=True), pill=OFFLINE, notice=because(UNKNOWN)
        ),
        "idle-long": replace(
            busy, shop=replace(SHOP, name=LONG_NAME), recent=actions(5, LONG_NAME), pill=STALE
        ),
    }
