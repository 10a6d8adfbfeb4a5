"""The states of the gallery by name: empty, usual, long, many and wrong, for every screen."""

from dataclasses import replace

from app.core.money import CURRENCIES
from app.core.reasons import Reason, Refusal
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


def _actions(count: int, name: str = "Ayşe Yılmaz-Petrov") -> tuple[ActionRow, ...]:
    names = (name, "B. Ng", "", "Олександра Шевченко", "김서연")
    return tuple(
        ActionRow(NOW_MS - place * 700_000, names[place % 5], (place % 3) * 250, place * 7 + 1, place < 2)
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
        "pairing-refused": replace(
            start, notice="This is a member's card. Scan the pairing code of head office."
        ),
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
        "idle-no-camera": replace(busy, camera="missing"),
        "idle-camera-off": replace(busy, camera=""),
        "idle-notice": replace(busy, notice="There is no code in this picture."),
        "idle-demo": replace(busy, shop=DEMO),
        "idle-demo-cut": replace(
            busy, shop=replace(DEMO, is_line_cut=True), pill=OFFLINE, notice="Unknown code."
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
            notice="Type at most 2 decimals, such as 12.50.",
        ),
        "member-one-picked": member(picked, SHORT, DESSERT, at_till=order(2_360, 236)),
        "member-two-picked": member(picked, replace(COFFEE, is_picked=True), SHORT, at_till=order(2_360, 526)),
        "member-from-till": member(picked, COFFEE, SHORT, at_till=order(12_345, 236, lines=21)),
        "member-one-line": member(picked, at_till=order(500, 236, lines=1)),
        "member-busy": member(picked, SHORT, at_till=order(2_360, 236), is_busy=True),
        "member-none-usable": member(*NONE_USABLE),
        "member-no-offers": member(),
        "member-voucher": member(
            usable(None, "1.00 off (coupon 51200092776)", 100, is_picked=True, is_voucher=True), TEN_PERCENT,
            at_till=order(2_360, 100),
        ),
        "member-demo": member(picked, SHORT, at_till=order(2_360, 236), shop=DEMO),
        "member-demo-no-order": member(*NO_ORDER, at_till=order(0), shop=DEMO, pill=OFFLINE),
        "member-offline": member(
            TEN_PERCENT, SHORT, pill=OFFLINE, who=replace(AYSE, as_of_ms=NOW_MS - 187_200_000)
        ),
        "member-notice": member(TEN_PERCENT, COFFEE, notice="Unknown code 40063813339."),
    }  # fmt: skip


def _member_odd() -> dict[str, State]:
    long_offer = usable(1, f"{LONG_NAME} {LONG_WORD}", 1_234_567, is_picked=True)
    many = tuple(
        usable(place if place < 10 else None, f"Offer number {place}", 100) for place in range(1, 22)
    )
    return {
        "member-first-visit": member(TEN_PERCENT, who=NEWCOMER, pill=OFFLINE),
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
            notice="Switch or stay first, then scan the voucher again.",
        ),
    }  # fmt: skip


def _answers() -> dict[str, State]:
    short = SHORT.refusals[0]
    fault = "This station's disk is full. Nothing was recorded; free some space and try again."
    return {
        "approved": answer(AnswerWord.APPROVED, discount=472, payable=1_888, points=18),
        "approved-new": replace(
            answer(AnswerWord.APPROVED, discount=472, payable=1_888, points=18), is_new=True
        ),
        "approved-points": answer(AnswerWord.APPROVED, payable=2_360, points=23),
        "approved-repeat": answer(AnswerWord.APPROVED, discount=472, payable=1_888, points=18, is_repeat=True),
        "queued": answer(AnswerWord.QUEUED, discount=472, payable=1_888, points=1),
        "queued-partly": answer(
            AnswerWord.QUEUED, discount=999_999, payable=1_888, points=1, is_repeat=True,
            sentence="This voucher has been used.",
        ),
        "look": answer(AnswerWord.LOOK, sentence="This member's card was reported lost."),
        "not-possible": answer(
            AnswerWord.NOT_POSSIBLE, sentence="€6.40 short of €30.00.", payable=2_360, points=23
        ),
        "not-possible-automatic": answer(
            AnswerWord.NOT_POSSIBLE, discount=118, payable=2_242, points=22,
            sentence="This offer depends on the products bought. A typed amount does not name them.",
        ),
        "not-possible-scan": answer(
            AnswerWord.NOT_POSSIBLE, sentence="This code was not issued by us. Ask for another card."
        ),
        "not-possible-more": answer(
            AnswerWord.NOT_POSSIBLE, sentence="This voucher belongs to another member.",
            undecided=(Refusal(Reason.EXPIRED, {"ends_on": "2017-09-01"}), short),
        ),
        "not-possible-fault": answer(AnswerWord.NOT_POSSIBLE, sentence=fault),
        "unknown": answer(AnswerWord.UNKNOWN, sentence="Unknown code 40063813339."),
    }  # fmt: skip


def _stopped() -> dict[str, State]:
    sentences = {
        "locked": "Tillside is already open on this computer. Use that window.",
        "damaged": "The records of this station are damaged. Call head office; don't delete anything.",
        "key": "The key of this station's records is missing. Call head office.",
        "newer": "The records were written by a newer Tillside. Update this station.",
        "full": "The disk is full. Free some space, then start Tillside again.",
    }
    stopped = replace(BASE, screen=Screen.STOPPED)
    return {f"stopped-{name}": replace(stopped, stopped_sentence=said) for name, said in sentences.items()}
