"""What happens at a till: a household buys, shows its card and coupons, and asks for a reward if it has the points."""

from dataclasses import dataclass

from app.core.authority import AuthKind
from app.core.order import Line
from app.core.outcome import Outcome
from app.core.reasons import ReasonClass
from app.core.voucher import Presentation, picked
from app.demo.journey import JourneyOrder
from app.demo.shop import order_lines
from app.ids import new_id
from app.station.answer import OrderAnswer
from app.station.identify import SeenMember, identify
from app.station.redeem import AtTill, OrderIn, hand_in, to_ask
from tests.sim.policies.books import Books
from tests.sim.policies.offers import REWARD
from tests.sim.policies.shop import Shop

# What no right could help with: the coupon is not for this order, this member or this day.
NOT_OF_RIGHTS = frozenset({ReasonClass.TIME, ReasonClass.MEMBER, ReasonClass.ORDER, ReasonClass.EFFECT})


@dataclass(frozen=True)
class Showing:
    """Whose card is shown, by its text, and which coupons; `wants_reward`: the household pays with points."""

    household: int
    card: str
    coupons: tuple[str, ...] = ()
    wants_reward: bool = False


@dataclass(frozen=True)
class Visit:
    """An order as it was answered: of each coupon what came of it, and of the reward."""

    answer: OrderAnswer
    coupons: tuple[tuple[str, Outcome], ...]
    reward: Outcome | None
    is_left_open: bool  # HQ was asked, and said neither yes nor no to something


def serve(shop: Shop, order: OrderIn, showing: Showing) -> Visit:
    """Let a station serve an order as its window does: identify, ask HQ, decide, send."""
    shop.sync_if_due()
    store = shop.store
    member = identify(store, showing.card)
    assert isinstance(member, SeenMember), member
    shown = [(text, identify(store, text)) for text in showing.coupons]
    presented = [(text, seen) for text, seen in shown if isinstance(seen, Presentation)]
    assert len(presented) == len(shown), shown
    if showing.wants_reward:
        presented.append((REWARD, Presentation(new_id(), picked(REWARD), str(member.level))))
    at_till = AtTill(member, tuple(each for _, each in presented), shop.link)
    asking = to_ask(store, order, at_till)
    heard = shop.ask(asking)
    answer = hand_in(store, order, AtTill(member, at_till.presented, shop.link, heard=heard))
    shop.push()
    outcomes = [(text, outcome) for (text, _), outcome in zip(presented, answer.presented, strict=True)]
    is_open = asking is not None and any(
        each.name not in heard.granted and each.name not in heard.denied for each in asking.questions
    )
    return Visit(
        answer,
        tuple(each for each in outcomes if each[0] != REWARD),
        outcomes[-1][1] if showing.wants_reward else None,
        is_open,
    )


def write_down(books: Books, household: int, visit: Visit) -> None:
    """Enter what an order gave into the true books: what was spent before what was earned."""
    for code, outcome in visit.coupons:
        if outcome.is_approved:
            books.use(household, code, outcome.discount, kind_of(outcome))
    if visit.reward is not None and visit.reward.is_approved:
        books.spend(household, visit.reward.points, kind_of(visit.reward))
    books.earn(household, visit.answer.points)


def kind_of(outcome: Outcome) -> AuthKind:
    """Return by what right something was given."""
    return outcome.auth.kind


def is_about_rights(outcome: Outcome) -> bool:
    """Tell whether something was refused that the order, the member and the day would have allowed."""
    return not any(refusal.reason.value[0] in NOT_OF_RIGHTS for refusal in outcome.refusals)


def order_of(order: JourneyOrder) -> OrderIn:
    """Return a household's order as its till hands it in."""
    return OrderIn(f"B{order.basket_id}", order_lines(order))


def one_thing(name: str, sku: str, cents: int) -> OrderIn:
    """Return an order of one thing."""
    return OrderIn(name, (Line(line=1, sku=sku, quantity=1, amount=cents),))
