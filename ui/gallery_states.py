"""The states of the gallery by name: empty, usual, long, many and wrong, for every screen.

What they say is made as the station makes it, of reasons, faults and its own sentences: so it is in the language that
is drawn, and a sentence that no longer fits is found.
"""

from dataclasses import replace

from app.core.money import CURRENCIES
from app.core.outcome import Outcome
from app.core.reasons import Reason, Refusal
from app.core.standing import Standing
from app.station.answer import AnswerKind, OrderAnswer
from app.store.faults import DiskFull, JournalBroken, KeysMissing, StoreBusy, StoreDamaged, StoreTooNew
from ui import i18n, texts
from ui.i18n import _
from ui.models.answers import after_fault, after_order, after_refusal
from ui.models.pairing import instead_of_pairing
from ui.models.state import (
    ActionRow,
    AnswerView,
    AnswerWord,
    MemberCard,
    OfferRow,
    OrderView,
    Pill,
    PillKind,
    Screen,
    Shop,
    State,
    Today,
)  # fmt: skip

EUR = CURRENCIES["EUR"]
UNKNOWN = Refusal(Reason.UNKNOWN_CODE, {"shown": "40063813339"})
NOW_MS = 1_511_280_000_000  # 2017-11-21 16:00 UTC: a day like another
LONG_NAME = "Wilhelmina Alexandra Konstantinopoulou-Featherstonehaugh 3rd"  # 60 characters
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüssel"

SHOP = Shop(name="Blue Bean", store_id="014")
DEMO = Shop(
    name="Store 367", store_id="367", currency=CURRENCIES["USD"], is_demo=True, next_order_id="31198705046"
)
FRESH = Pill(PillKind.FRESH, age_s=12)
OFFLINE = Pill(PillKind.OFFLINE, waiting=37, age_s=2 * 86_400 + 4 * 3_600)
STALE = Pill(PillKind.STALE, waiting=1_204, age_s=9 * 86_400)
AYSE = MemberCard("Ayşe Yılmaz-Petrov", "Gold", 1_240, 25, is_known=True, as_of_ms=NOW_MS - 12_000)
NEWCOMER = MemberCard("", "", 0, 0, is_known=False, as_of_ms=0)

BASE = State(shop=SHOP, pill=FRESH, now_ms=NOW_MS, time_zone="America/New_York", camera="on")


def because(refusal: Refusal) -> str:
    """Return the sentence of a reason."""
    return texts.because(refusal, EUR)


def said(sentence: str) -> str:
    """Return a sentence that the station has no use for yet, in the language that is drawn."""
    return i18n._(sentence)


def usable(
    key: int | None, name: str, discount: int, *, is_picked: bool = False, is_voucher: bool = False
) -> OfferRow:
    """Return an offer that can be used."""
    return OfferRow(name, name, key, is_picked, is_voucher, discount)


def not_now(name: str, *refusals: Refusal) -> OfferRow:
    """Return an offer that can't."""
    return OfferRow(name, name, None, is_picked=False, is_voucher=False, discount=0, refusals=refusals)


TEN_PERCENT = usable(1, "10 % off the whole order", 236)
COFFEE = usable(2, "Free coffee, any size", 290)
TREAT = replace(usable(3, "Head office treat", 0), is_to_ask=True, cost_points=120)
SHORT = not_now("5.00 off from 30.00", Refusal(Reason.MIN_TOTAL_NOT_MET, {"missing": 640, "wanted": 3_000}))
DESSERT = not_now("Birthday dessert", Refusal(Reason.NOT_STARTED, {"starts_on": "2017-12-01"}))
NO_ORDER = (
    not_now("10 % off the whole order", Refusal(Reason.ORDER_NEEDED)),
    not_now("Free coffee, any size", Refusal(Reason.ORDER_NEEDED)),
)
NONE_USABLE = (
    SHORT,
    not_now(
        "3 for 2 on tea",
        Refusal(Reason.MIN_QTY_NOT_MET, {"missing": 2, "wanted": 3}),
        Refusal(Reason.OUTSIDE_HOURS),
    ),
    not_now("Head office treat", Refusal(Reason.ONLINE_ONLY)),
    not_now("Coffee and cake", Refusal(Reason.LINES_NEEDED)),
    DESSERT,
    not_now("Summer soap", Refusal(Reason.EXPIRED, {"ends_on": "2017-09-01"})),
)


def order(total: int = 2_360, discount: int = 0, *, lines: int = 0) -> OrderView:
    """Return an order: typed, or with its lines from the till."""
    typed = "" if lines or not total else f"{total / 100:.2f}"
    return OrderView(
        "o1", typed, lines, total, discount, total - discount, (total - discount) // 100, lines > 0
    )


def member(
    *offers: OfferRow, at_till: OrderView | None = None, who: MemberCard | None = AYSE, **more: object
) -> State:
    """Return a state of the member's page."""
    state = replace(BASE, screen=Screen.MEMBER, member=who, order=at_till or order(), offers=offers)
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def answer(word: AnswerWord, **facts: object) -> State:
    """Return a state of the answer's page."""
    view = replace(AnswerView(word), **facts)  # type: ignore[arg-type]  # fields of AnswerView
    return replace(BASE, screen=Screen.ANSWER, answer=view)


def _actions(count: int, name: str = "Ayşe Yılmaz-Petrov", *, queued: int = 2) -> tuple[ActionRow, ...]:
    names = (name, "B. Ng", "", "Олександра Шевченко", "김서연")
    return tuple(
        ActionRow(
            NOW_MS - place * 700_000, names[place % 5], (place % 3) * 250, place * 7 + 1, place < queued
        )
        for place in range(count)
    )


def _refused() -> tuple[ActionRow, ...]:
    first, second, *others = _actions(4)
    why = Refusal(Reason.REQUIRED_ITEM_MISSING)
    return (
        replace(first, member_name="", points=0, discount=0, refusal=why),
        replace(second, is_queued=False, discount=0, refusal=Refusal(Reason.LIMIT_TOTAL_REACHED)),
        *others,
    )


def states() -> dict[str, State]:
    """Return every state by its name."""
    return {
        **_first_run(), **_idle(), **_member(), **_member_odd(), **_switch(), **_answers(), **_stopped()
    }  # fmt: skip


def _first_run() -> dict[str, State]:
    start = State(screen=Screen.PAIRING, now_ms=NOW_MS)
    return {
        "pairing": start,
        "pairing-camera": replace(start, camera="on"),
        "pairing-busy": replace(start, is_busy=True),
        "pairing-refused": replace(start, notice=instead_of_pairing("L2:A2F")),
        "preparing": replace(BASE, screen=Screen.PREPARING, pill=Pill()),
        "preparing-rows": replace(BASE, screen=Screen.PREPARING, rows_loaded=142_000),
    }


def _idle() -> dict[str, State]:
    busy = replace(BASE, today=Today(128, 37, 18_450), recent=_actions(5))
    return {
        "idle-first-day": BASE,
        "idle": busy,
        "idle-one": replace(BASE, today=Today(1, 1, 500), recent=_actions(1)),
        "idle-two": replace(BASE, today=Today(2, 0, 0), recent=_actions(2)),
        "idle-21": replace(busy, today=Today(21, 21, 123_456_789), recent=_actions(21)),
        "idle-refused": replace(busy, recent=_refused()),
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
            recent=tuple(replace(row, refusal=Refusal(Reason.LINES_NEEDED)) for row in _actions(5, queued=5)),
        ),
        "idle-no-camera": replace(busy, camera="missing"),
        "idle-no-scanner": replace(busy, scanner="missing"),
        "idle-camera-off": replace(busy, camera=""),
        "idle-notice": replace(busy, notice=_("There is no single code in this picture.")),
        "idle-demo": replace(busy, shop=DEMO),
        "idle-demo-cut": replace(
            busy, shop=replace(DEMO, is_line_cut=True), pill=OFFLINE, notice=because(UNKNOWN)
        ),
        "idle-long": replace(
            busy, shop=replace(SHOP, name=LONG_NAME), recent=_actions(5, LONG_NAME), pill=STALE
        ),
    }


def _member() -> dict[str, State]:
    picked = replace(TEN_PERCENT, is_picked=True)
    return {
        "member": member(TEN_PERCENT, COFFEE, SHORT, DESSERT),
        "member-no-order": member(*NO_ORDER, at_till=order(0)),
        "member-amount-refused": member(
            *NO_ORDER, at_till=replace(order(0), typed="12,345"),
            notice=texts.typed_problem("12,345", EUR),
        ),
        "member-one-picked": member(picked, SHORT, DESSERT, at_till=order(2_360, 236)),
        "member-two-picked": member(picked, replace(COFFEE, is_picked=True), SHORT, at_till=order(2_360, 526)),
        "member-to-ask": member(
            TEN_PERCENT, COFFEE, replace(TREAT, is_picked=True), replace(TREAT, key=4, name=LONG_NAME), SHORT
        ),
        "member-from-till": member(picked, COFFEE, SHORT, at_till=order(12_345, 236, lines=21)),
        "member-one-line": member(picked, at_till=order(500, 236, lines=1)),
        "member-busy": member(picked, SHORT, at_till=order(2_360, 236), is_busy=True),
        "member-none-usable": member(*NONE_USABLE),
        "member-no-offers": member(),
        "member-voucher": member(
            usable(None, "1.00 off (coupon 51200092776)", 100, is_picked=True, is_voucher=True), TEN_PERCENT,
            at_till=order(2_360, 100),
        ),
        "member-vouchers": member(
            usable(None, "1.00 off (coupon 51200092776)", 100, is_picked=True, is_voucher=True), TEN_PERCENT,
            replace(SHORT, is_voucher=True), replace(NONE_USABLE[3], is_voucher=True), at_till=order(2_360, 100),
            notice=_("This voucher is in the order already."),
        ),
        "member-changed": member(
            picked, SHORT, at_till=order(2_360, 236), shop=DEMO,
            notice=_("What this order gets has changed. Look again, then confirm."),
        ),
        "member-demo": member(picked, SHORT, at_till=order(2_360, 236), shop=DEMO),
        "member-demo-no-order": member(*NO_ORDER, at_till=order(0), shop=DEMO, pill=OFFLINE),
        "member-offline": member(
            TEN_PERCENT, SHORT, pill=OFFLINE, who=replace(AYSE, as_of_ms=NOW_MS - 187_200_000)
        ),
        "member-notice": member(TEN_PERCENT, COFFEE, notice=because(UNKNOWN)),
    }  # fmt: skip


def _member_odd() -> dict[str, State]:
    long_offer = usable(1, f"{LONG_NAME} {LONG_WORD}", 1_234_567, is_picked=True)
    many = tuple(
        usable(place if place < 10 else None, f"Offer number {place}", 100) for place in range(1, 22)
    )
    return {
        "member-first-visit": member(TEN_PERCENT, who=NEWCOMER, pill=OFFLINE),
        "member-stopped": member(TEN_PERCENT, who=replace(AYSE, stopped=Refusal(Reason.MEMBER_STOPPED))),
        "member-nobody": member(usable(None, "1.00 off", 100, is_picked=True, is_voucher=True), who=None),
        "member-one-point": member(TEN_PERCENT, who=replace(AYSE, balance=1, pending=0, tier="")),
        "member-long": member(
            long_offer, not_now(f"{LONG_WORD} {LONG_NAME}", Refusal(Reason.UNKNOWN_CODE, {"shown": "X" * 12})),
            who=replace(AYSE, name=LONG_NAME, tier=LONG_NAME, balance=12_345_678),
            at_till=order(999_999_999, 1_234_567), shop=replace(DEMO, name=LONG_NAME), pill=STALE,
            notice=f"{LONG_NAME}: this card was replaced on 2017-11-01. Ask for the new one before you go on.",
        ),
        "member-long-word": member(long_offer, who=replace(AYSE, name=LONG_WORD, balance=0)),
        "member-many": member(*many, *NONE_USABLE, at_till=order(2_360)),
        "member-markup": member(usable(1, "<b>Free</b> & easy", 100), who=replace(AYSE, name="<b>x</b>")),
    }  # fmt: skip


def _switch() -> dict[str, State]:
    begun = member(
        TEN_PERCENT, screen=Screen.SWITCH, newcomer=replace(AYSE, name="B. Ng"), at_till=order(2_360)
    )
    long = replace(AYSE, name=LONG_NAME)
    return {
        "switch": begun,
        "switch-no-order": replace(begun, order=order(0)),
        "switch-first-visits": replace(begun, member=NEWCOMER, newcomer=NEWCOMER, pill=OFFLINE),
        "switch-long": replace(
            begun, member=long, newcomer=long, order=order(999_999_999), pill=STALE,
            notice=_("Switch or stay first, then scan the voucher again."),
        ),
    }  # fmt: skip


def _approved(word: AnswerWord = AnswerWord.APPROVED, **facts: object) -> State:
    return answer(word, **({"discount": 472, "payable": 1_888, "points": 18} | facts))


def _refused_order(*refusals: Refusal, discount: int = 0) -> State:
    """Return the answer to an order of 23.60 whose voucher was refused; the order itself is recorded."""
    outcome = Outcome("r", "c", "v", 0, (), refusals)
    payable = 2_360 - discount
    told = OrderAnswer(
        AnswerKind.NOT_POSSIBLE, "o1", 1, 2_360, discount, payable, payable // 100, (outcome, outcome)
    )
    return replace(BASE, screen=Screen.ANSWER, answer=after_order(told, EUR))


def _refused_scan(refusal: Refusal) -> State:
    return replace(BASE, screen=Screen.ANSWER, answer=after_refusal(refusal, EUR))


def _answers() -> dict[str, State]:
    short, dated = SHORT.refusals[0], Refusal(Reason.EXPIRED, {"ends_on": "2017-09-01"})
    lines = Refusal(Reason.LINES_NEEDED)
    fault = replace(BASE, screen=Screen.ANSWER, answer=after_fault(DiskFull()))
    return {
        "approved": _approved(),
        "approved-new": replace(_approved(), is_new=True),
        "approved-points": answer(AnswerWord.APPROVED, payable=2_360, points=23),
        "approved-repeat": _approved(is_repeat=True),
        "queued": _approved(AnswerWord.QUEUED, points=1),
        "queued-partly": _approved(
            AnswerWord.QUEUED, discount=999_999, points=1, is_repeat=True,
            sentence=because(Refusal(Reason.LIMIT_TOTAL_REACHED)),
        ),
        "look": answer(AnswerWord.LOOK, sentence=said("This member's card was reported lost.")),
        "not-possible": _refused_order(short),
        "not-possible-automatic": _refused_order(lines, discount=118),
        "not-possible-scan": _refused_scan(Refusal(Reason.CODE_FORGED)),
        "not-possible-expired": _refused_scan(Refusal(Reason.CODE_EXPIRED)),
        "not-possible-more": _refused_order(Refusal(Reason.NOT_OWNER), dated, short),
        "not-possible-many": _refused_order(
            Refusal(Reason.MEMBER_NEEDED), Refusal(Reason.PROGRAM_EXPIRED), Refusal(Reason.ONLINE_ONLY), dated,
            lines, Refusal(Reason.REQUIRED_ITEM_MISSING), short, Refusal(Reason.NO_EFFECT), discount=118,
        ),
        "not-possible-fault": fault,
        "unknown": _refused_scan(UNKNOWN),
    }  # fmt: skip


def _stopped() -> dict[str, State]:
    faults = {
        "open": StoreBusy(), "damaged": StoreDamaged(), "key": KeysMissing(), "newer": StoreTooNew(),
        "full": DiskFull(), "journal": JournalBroken(first_bad_seq=1, detail=""),
    }  # fmt: skip
    stopped = replace(BASE, screen=Screen.STOPPED)
    return {
        f"stopped-{name}": replace(stopped, stopped_sentence=after_fault(fault).sentence)
        for name, fault in faults.items()
    }
