"""The member's page: offers that fit and that don't, the order, and members of every kind."""

from dataclasses import replace

from app.core.prompted import JoiningGives, NextBest, Prompts, Want
from app.core.reasons import Reason, Refusal
from ui import texts
from ui.gallery.samples import (
    AYSE,
    BASE,
    COUNTS,
    DEMO,
    EUR,
    LONG_NAME,
    LONG_WORD,
    NEWCOMER,
    NOW_MS,
    OFFLINE,
    SHOP,
    STALE,
    UNKNOWN,
    because,
)
from ui.i18n import _
from ui.models.state import MemberCard, OfferRow, OrderView, Screen, State

KEYS = 9  # that pick an offer
NUMBERS: dict[str, int | str] = {  # whatever a reason may name
    "missing": 640, "wanted": 3_000, "found": 21, "left": 5, "seconds": 59,
    "name": "Free coffee", "other": "Tea for two", "shown": "40063813339",
    "starts_on": "2017-12-01", "ends_on": "2017-09-01",
}  # fmt: skip


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


def states() -> dict[str, State]:
    """Return every state of the page."""
    return {**_usual(), **_odd(), **_prompted(), **_counted()}


def _prompted() -> dict[str, State]:
    """Return what is said beside the offers: of each thing that may be missing, and what joining would give."""
    near = NextBest("five", "5.00 off from 30.00", Want.AMOUNT, 640, 500)
    found: dict[str, State] = {
        f"member-nearly-{want.value}": member(
            TEN_PERCENT, SHORT, prompts=Prompts(replace(near, want=want, missing=count))
        )
        for want, count in (
            (Want.AMOUNT, 640), (Want.AMOUNT_OF, 120), (Want.UNITS, 2), (Want.PRODUCT, 1), (Want.POINTS, 1),
        )
    }  # fmt: skip
    both = Prompts(replace(near, name=LONG_NAME, want=Want.POINTS, missing=1_204), JoiningGives(236, 23))
    found["member-nearly-many"] = member(*NONE_USABLE, TEN_PERCENT, prompts=both)
    nobody = member(SHORT, DESSERT, who=None)
    for name, gives in (
        ("off", (236, 0)),
        ("points", (0, 21)),
        ("both", (236, 1)),
        ("much", (1_234_567, 12_345)),
    ):
        found[f"member-joining-{name}"] = replace(nobody, prompts=replace(both, joining=JoiningGives(*gives)))
    return found


def _usual() -> dict[str, State]:
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
        "member-ends-soon": member(replace(picked, over_ms=NOW_MS + 1_000), replace(COFFEE, over_ms=NOW_MS)),
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


def _odd() -> dict[str, State]:
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
            at_till=order(999_999_999, 1_234_567), shop=replace(SHOP, name=LONG_NAME), pill=STALE,
            notice=f"{LONG_NAME}: this card was replaced on 2017-11-01. Ask for the new one before you go on.",
        ),
        "member-long-word": member(long_offer, who=replace(AYSE, name=LONG_WORD, balance=0)),
        "member-many": member(*many, *NONE_USABLE, at_till=order(2_360)),
        "member-every-reason": member(*(not_now(reason.code, Refusal(reason, NUMBERS)) for reason in Reason)),
        "member-markup": member(usable(1, "<b>Free</b> & easy", 100), who=replace(AYSE, name="<b>x</b>")),
    }  # fmt: skip


def _counted() -> dict[str, State]:
    """Return what is counted in words, in each of the plural's forms of each language."""
    return {
        f"member-count-{count}": member(
            *(usual_offer(place) for place in range(count)),
            who=replace(AYSE, balance=count, pending=count),
            at_till=order(100 * count, lines=count),
            pill=replace(OFFLINE, waiting=count),
        )
        for count in COUNTS
    }


def usual_offer(place: int) -> OfferRow:
    """Return one of many offers: nine of them have a key, every third one costs points."""
    offer = usable(place + 1 if place < KEYS else None, f"Offer number {place + 1}", 100)
    return replace(offer, cost_points=place + 1) if place % 3 == 0 else offer
