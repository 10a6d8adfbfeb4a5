"""Gift cards and wallets: what they give to what is due, the order in which they pay, and the life of a card."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.card_rest import Rest
from app.core.gift_cards import (
    FACE_MAX,
    JURISDICTIONS,
    CardEntry,
    CardEntryKind,
    GiftCard,
    GiftCardInvalid,
    Jurisdiction,
    Tender,
    TenderKind,
    WhenUsed,
    balance,
    close,
    entries_of,
    issue,
    jurisdiction_of,
    later_by_years,
    pay,
    take_back,
    tender_of,
    top_up,
)
from app.core.reasons import Reason, Refusal

TODAY = date(2026, 3, 10)
YESTERDAY, TOMORROW = date(2026, 3, 9), date(2026, 3, 11)
ANYWHERE, MAINE = jurisdiction_of("DE"), jurisdiction_of("US-ME")
CARD = GiftCard("G1", ends_on=TOMORROW)


def gift_card(ref: str = "G1", balance: int = 5000, **rest) -> Tender:
    return Tender(TenderKind.GIFT_CARD, ref, balance, **rest)


def wallet(ref: str = "W1", balance: int = 1500, **rest) -> Tender:
    return Tender(TenderKind.WALLET, ref, balance, **rest)


def reasons_of(tender: Tender, *, due: int = 1000, member: str | None = None) -> list[Reason]:
    (outcome,) = pay([tender], due, TODAY, member=member)
    assert bool(outcome.refusals) == (outcome.amount == 0)
    return [refusal.reason for refusal in outcome.refusals]


def paid(*tenders: Tender, due: int) -> list[tuple[str, int, int]]:
    return [(outcome.ref, outcome.amount, outcome.left) for outcome in pay(tenders, due, TODAY)]


def bought(card: GiftCard, *, amount: int = 5000, law: Jurisdiction = ANYWHERE) -> list[CardEntry]:
    return [issue(card, amount=amount, on_day=TODAY, law=law)[1]]


def used(card: GiftCard, entries: list[CardEntry], due: int) -> list[CardEntry]:
    (outcome,) = pay([tender_of(card, entries)], due, TODAY)
    return [*entries, *entries_of(outcome)]


def test_t34_wallet_and_cards_pay_what_they_can_and_a_single_use_card_only_once() -> None:
    assert paid(wallet(), due=4000) == [("W1", 1500, 0)]  # 25.00 stay due
    entries = used(CARD, bought(CARD), 3000)
    assert balance(entries) == 2000
    assert balance(used(CARD, entries, 9000)) == 0  # the second use pays the 20.00 that were left

    once = GiftCard("G2", is_single_use=True)
    (outcome,) = pay([tender_of(once, bought(once))], 3000, TODAY)
    assert (outcome.amount, outcome.left, outcome.rest) == (3000, 2000, Rest.FORFEITED)
    assert reasons_of(tender_of(once, used(once, bought(once), 3000))) == [Reason.CARD_USED]


def test_t25_where_a_card_is_allowed_beside_a_discount_it_pays_what_the_discount_left() -> None:
    assert paid(gift_card(balance=9000), due=9000) == [("G1", 9000, 0)]
    assert paid(gift_card(balance=10_000), due=9000) == [("G1", 9000, 1000)]


def test_t52_in_maine_a_card_never_ends_and_closing_pays_out_the_rest() -> None:
    with pytest.raises(GiftCardInvalid, match="US-ME may not expire"):
        issue(CARD, amount=5000, on_day=TODAY, law=MAINE)
    card, entry = issue(replace(CARD, ends_on=None), amount=5000, on_day=TODAY, law=MAINE)
    in_ten_years = later_by_years(TODAY, 10)
    (outcome,) = pay([tender_of(card, [entry])], 3000, in_ten_years)
    assert (outcome.amount, outcome.left) == (3000, 2000)
    rest = tender_of(card, [entry, *entries_of(outcome)])
    assert close(card, rest, on_day=in_ten_years) == (CardEntry("G1", CardEntryKind.PAID_OUT, -2000),)
    (late,) = pay([gift_card(ends_on=YESTERDAY)], 3000, TODAY)  # elsewhere, the day after its end
    assert late.refusals == (Refusal(Reason.WALLET_EXPIRED, {"ends_on": "2026-03-09"}),)


def test_a_card_pays_through_the_end_of_its_last_day() -> None:
    assert reasons_of(gift_card(ends_on=TODAY)) == []
    assert reasons_of(gift_card(ends_on=YESTERDAY)) == [Reason.WALLET_EXPIRED]
    assert reasons_of(wallet(ends_on=YESTERDAY)) == [Reason.WALLET_EXPIRED]


def test_what_ends_first_pays_first_then_cards_before_the_wallet_then_by_number() -> None:
    soon = wallet("W1", 300, ends_on=TODAY)
    later = [gift_card("G1", 200, ends_on=TOMORROW), wallet("W0", 400, ends_on=TOMORROW)]
    never = [gift_card("G2", 500), gift_card("G3", 500), wallet("A", 500)]
    expected = [
        ("W1", 300, 0),
        ("G1", 200, 0),
        ("W0", 400, 0),
        ("G2", 500, 0),
        ("G3", 100, 400),
        ("A", 0, 500),
    ]
    for order in permutations([soon, *later, *never]):
        assert paid(*order, due=1500) == expected


def test_a_card_scanned_twice_pays_once_and_a_wallet_may_have_the_number_of_a_card() -> None:
    assert paid(gift_card(balance=400), gift_card(balance=400), due=1000) == [("G1", 400, 0)]
    assert paid(gift_card("X", 400), wallet("X", 300), due=1000) == [("X", 400, 0), ("X", 300, 0)]


def test_the_cashier_may_take_less_than_the_card_could_give() -> None:
    assert paid(gift_card(most=700), due=1000) == [("G1", 700, 4300)]
    assert paid(gift_card(most=7000), due=1000) == [("G1", 1000, 4000)]
    assert paid(gift_card(balance=1, most=1), due=1) == [("G1", 1, 0)]
    assert reasons_of(gift_card(most=0)) == [Reason.NOTHING_DUE]


def test_nothing_is_taken_where_nothing_is_due() -> None:
    for due in (0, -500):
        assert reasons_of(gift_card(), due=due) == [Reason.NOTHING_DUE]
    assert reasons_of(gift_card(), due=1) == []


def test_an_empty_card_and_one_that_was_used_say_so() -> None:
    assert reasons_of(gift_card(balance=0)) == [Reason.VALUE_EMPTY]
    assert reasons_of(gift_card(balance=-1)) == [Reason.VALUE_EMPTY]
    assert reasons_of(gift_card(balance=0, is_used=True)) == [Reason.VALUE_EMPTY]
    assert reasons_of(gift_card(balance=0, is_used=True, is_single_use=True)) == [Reason.CARD_USED]
    assert reasons_of(gift_card(is_used=True)) == []
    assert reasons_of(gift_card(is_single_use=True)) == []


def test_a_wallet_pays_for_its_owner_only() -> None:
    assert reasons_of(wallet(owner="M1"), member="M1") == []
    assert reasons_of(wallet(owner="M1"), member="M2") == [Reason.NOT_OWNER]
    assert reasons_of(wallet(owner="M1")) == [Reason.MEMBER_NEEDED]
    assert reasons_of(gift_card(), member="M2") == []


def test_all_reasons_are_listed_most_important_first() -> None:
    wrong = gift_card(balance=0, owner="M1", ends_on=YESTERDAY)
    assert reasons_of(wrong, due=0, member="M2") == [
        Reason.NOT_OWNER,
        Reason.WALLET_EXPIRED,
        Reason.VALUE_EMPTY,
        Reason.NOTHING_DUE,
    ]


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            Tender,
            kind=st.sampled_from(TenderKind),
            ref=st.sampled_from(("A", "B", "C")),
            balance=st.integers(-5, 900),
            ends_on=st.sampled_from((None, YESTERDAY, TODAY)),
            is_single_use=st.booleans(),
            is_used=st.booleans(),
            most=st.none() | st.integers(0, 500),
        ),
        max_size=5,
        unique_by=lambda tender: (tender.kind, tender.ref),
    ),
    st.integers(-10, 1500),
)
def test_never_more_than_is_due_nor_than_there_is_and_nothing_is_lost(
    tenders: list[Tender], due: int
) -> None:
    outcomes = pay(tenders, due, TODAY)
    assert sum(outcome.amount for outcome in outcomes) <= max(due, 0)
    shown = {(tender.kind, tender.ref): tender for tender in tenders}
    assert len(outcomes) == len(shown)
    still_due = due
    for outcome in outcomes:
        tender = shown[outcome.kind, outcome.ref]
        assert outcome.amount + outcome.left == tender.balance
        assert bool(outcome.refusals) == (outcome.amount == 0) and outcome.amount >= 0
        if outcome.amount and outcome.left and tender.most is None:
            assert outcome.amount == still_due  # it holds back nothing
        still_due -= outcome.amount


def test_an_issued_card_keeps_the_law_of_its_place() -> None:
    card, entry = issue(GiftCard("G1", owner="M1"), amount=700, on_day=TODAY, law=MAINE)
    assert (card.rest, card.owner) == (Rest.PAID_OUT, "M1")
    assert entry == CardEntry("G1", CardEntryKind.ISSUED, 700)
    tender = tender_of(replace(card, is_single_use=True), [entry])
    assert (tender.owner, tender.is_single_use, tender.single_use_rest) == ("M1", True, Rest.PAID_OUT)
    (outcome,) = pay([tender], 300, TODAY, member="M1")
    assert entries_of(outcome) == (
        CardEntry("G1", CardEntryKind.PAID, -300),
        CardEntry("G1", CardEntryKind.PAID_OUT, -400),
    )


def test_an_expiry_may_not_come_before_the_earliest_the_law_allows() -> None:
    ireland = jurisdiction_of("IE")
    issue(GiftCard("G1", ends_on=date(2031, 3, 10)), amount=1, on_day=TODAY, law=ireland)
    with pytest.raises(GiftCardInvalid, match="earliest end is 2031-03-10"):
        issue(GiftCard("G1", ends_on=date(2031, 3, 9)), amount=1, on_day=TODAY, law=ireland)


@pytest.mark.parametrize("amount", [0, -1, FACE_MAX + 1])
def test_a_card_carries_an_amount(amount: int) -> None:
    with pytest.raises(GiftCardInvalid, match="expected 1 to"):
        issue(GiftCard("G1"), amount=amount, on_day=TODAY, law=ANYWHERE)
    with pytest.raises(GiftCardInvalid, match="expected 1 to"):
        top_up(CARD, gift_card(), amount=amount, on_day=TODAY, law=ANYWHERE)
    issue(GiftCard("G1"), amount=FACE_MAX, on_day=TODAY, law=ANYWHERE)


def test_a_place_without_a_row_has_its_countrys_and_else_the_general_one() -> None:
    assert jurisdiction_of("US-NY").years_min == 5
    assert jurisdiction_of("US-ME") is JURISDICTIONS["US-ME"]
    assert jurisdiction_of("DE").code == ""
    own = {"US-ME": Jurisdiction("US-ME")}
    assert jurisdiction_of("US-ME", own).may_end
    assert jurisdiction_of("FR", own).may_end


def test_years_later_a_leap_day_is_the_28th() -> None:
    assert later_by_years(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert later_by_years(date(2028, 2, 29), 4) == date(2032, 2, 29)


def test_a_top_up_adds_and_moves_an_end_that_would_come_too_early() -> None:
    card, entry = top_up(CARD, gift_card(), amount=700, on_day=TODAY, law=jurisdiction_of("US"))
    assert (card.ends_on, entry) == (date(2031, 3, 10), CardEntry("G1", CardEntryKind.TOPPED_UP, 700))
    assert top_up(CARD, gift_card(), amount=700, on_day=TODAY, law=ANYWHERE)[0] == CARD
    endless = GiftCard("G1", None, owner="M1", rest=Rest.PAID_OUT)
    assert top_up(endless, gift_card(), amount=1, on_day=TODAY, law=jurisdiction_of("US"))[0] == endless


def test_a_top_up_revives_neither_an_expired_card_nor_a_used_one() -> None:
    expired = replace(CARD, ends_on=YESTERDAY)
    assert top_up(expired, gift_card(), amount=1, on_day=TODAY, law=ANYWHERE) == Refusal(
        Reason.WALLET_EXPIRED, {"ends_on": "2026-03-09"}
    )
    used_up = gift_card(is_single_use=True, is_used=True)
    assert top_up(CARD, used_up, amount=1, on_day=TODAY, law=ANYWHERE) == Refusal(Reason.CARD_USED)
    for fine in (gift_card(is_used=True), gift_card(is_single_use=True)):
        assert not isinstance(top_up(CARD, fine, amount=1, on_day=TODAY, law=ANYWHERE), Refusal)


def test_a_card_never_carries_more_than_the_most_a_card_may_carry() -> None:
    almost = gift_card(balance=FACE_MAX - 1)
    top_up(CARD, almost, amount=1, on_day=TODAY, law=ANYWHERE)
    with pytest.raises(GiftCardInvalid, match="would carry"):
        top_up(CARD, almost, amount=2, on_day=TODAY, law=ANYWHERE)


def test_what_was_given_back_to_a_single_use_card_can_be_spent_once_more() -> None:
    once = GiftCard("G1", is_single_use=True)
    entries = used(once, bought(once), 5000)
    assert reasons_of(tender_of(once, entries)) == [Reason.CARD_USED]
    entries.append(CardEntry("G1", CardEntryKind.GIVEN_BACK, 1200))
    assert balance(used(once, entries, 1000)) == 0
    assert reasons_of(tender_of(once, used(once, entries, 1000))) == [Reason.CARD_USED]


def test_a_refused_card_and_a_wallet_post_nothing_on_a_card() -> None:
    assert entries_of(pay([gift_card(balance=0)], 100, TODAY)[0]) == ()
    assert entries_of(pay([wallet()], 100, TODAY)[0]) == ()
    assert entries_of(pay([gift_card()], 100, TODAY)[0]) == (CardEntry("G1", CardEntryKind.PAID, -100),)


def test_closing_pays_out_what_could_be_used_and_what_the_law_protects() -> None:
    def closing(card: GiftCard, held: int = 300) -> tuple[CardEntry, ...]:
        return close(card, gift_card(balance=held), on_day=TODAY)

    assert closing(GiftCard("G1", TODAY)) == (CardEntry("G1", CardEntryKind.PAID_OUT, -300),)
    assert closing(GiftCard("G1", YESTERDAY)) == (CardEntry("G1", CardEntryKind.FORFEITED, -300),)
    protected = GiftCard("G1", YESTERDAY, rest=Rest.PAID_OUT)
    assert closing(protected) == (CardEntry("G1", CardEntryKind.PAID_OUT, -300),)
    assert closing(GiftCard("G1"), held=0) == ()
    assert closing(GiftCard("G1"), held=1) == (CardEntry("G1", CardEntryKind.PAID_OUT, -1),)


def test_a_sold_card_comes_back_whole_in_part_or_not() -> None:
    def back(tender: Tender, when_used: WhenUsed = WhenUsed.PART, price: int = 5000):
        return take_back(CARD, tender, face=5000, paid=price, when_used=when_used)

    emptied = CardEntry("G1", CardEntryKind.TAKEN_BACK, -5000)
    assert back(gift_card()) == back(gift_card(), WhenUsed.REFUSE) == (emptied, 5000)
    assert back(gift_card(), price=4500) == (emptied, 4500)  # sold below its face
    assert back(gift_card(balance=3333), price=4500) == (replace(emptied, amount=-3333), 2999)
    assert back(gift_card(balance=1)) == (replace(emptied, amount=-1), 1)
    used_up = Refusal(Reason.CARD_USED)
    assert back(gift_card(balance=4999), WhenUsed.REFUSE) == used_up
    assert back(gift_card(balance=0)) == used_up
    assert back(gift_card(balance=5001)) == used_up  # topped up meanwhile
    assert back(gift_card(is_single_use=True, is_used=True)) == used_up
    assert back(gift_card(is_used=True)) == (emptied, 5000)  # used, and given back since
