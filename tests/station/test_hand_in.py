"""An order is handed in: what is answered, what is recorded, and what a repeat gets."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.order import Line
from app.core.program_format import read_program
from app.core.records import order_differences, redemption_differences, replay_order
from app.core.voucher import Presentation
from app.station.answer import AnswerKind
from app.station.identify import SeenMember, identify
from app.station.redeem import AtTill, NoProgram, OrderNotTaken, hand_in, quote_order
from app.store.faults import StoreBusy
from app.store.store import StationStore
from tests.builders import (
    a_campaign,
    a_member,
    a_program,
    a_store,
    a_voucher,
    an_empty_store,
    an_order,
    at_till,
    put_program,
)
from tests.store.through_key import through_key


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StationStore]:
    store = a_store(tmp_path / "store")
    yield store
    store.close()


def seen_member(store: StationStore, *, seed: int = 1, **changes: object) -> SeenMember:
    seen = identify(store, a_member(store, seed=seed, **changes).code)
    assert isinstance(seen, SeenMember)
    return seen


def shown(store: StationStore, printed: str) -> Presentation:
    seen = identify(store, printed)
    assert isinstance(seen, Presentation)
    return seen


def test_an_approved_order_is_one_commit_of_order_and_redemption(store: StationStore) -> None:
    member, voucher = seen_member(store, balance=50), shown(store, a_voucher(store))
    answer = hand_in(
        store, an_order("A-1", ("coffee", 499), ("bread", 250)), at_till(member, voucher, link="online")
    )
    assert (answer.kind, answer.order_id, answer.seq, answer.is_repeat) == (
        AnswerKind.APPROVED,
        "A-1",
        1,
        False,
    )
    assert (answer.total, answer.discount, answer.payable, answer.points) == (749, 100, 649, 6)
    (outcome,) = answer.presented
    assert (outcome.rule_id, outcome.campaign_id, outcome.allocation) == ("coffee-1", "coffee", ((1, 100),))
    order, redeem = store.journal.entries()
    assert (order.type, redeem.type) == ("order", "redeem")
    assert order.data["member"]["ref"] == redeem.data["member"] == member.member.ref
    assert redeem.data["redemption_id"] == voucher.redemption_id
    assert redeem.data["order_id"] == "A-1" and redeem.data["discount"] == 100


def test_what_is_recorded_replays_to_the_same(store: StationStore) -> None:
    automatic = a_campaign()["rules"][0] | {
        "id": "all-2",
        "trigger": "automatic",
        "effect": {"kind": "percent_off", "target": "order", "basis_points": 500},
    }
    body = a_program(campaigns=[a_campaign(), a_campaign(id="all", rules=[automatic])])
    put_program(store, body)
    vouchers = [shown(store, a_voucher(store, seed=seed, uses_max=1, uses=seed - 1)) for seed in (1, 2)]
    hand_in(store, an_order("A-1", ("coffee", 499), ("x", -50)), at_till(seen_member(store), *vouchers))
    order, *redemptions = store.journal.entries()
    decision = replay_order(order.data, read_program(body))
    assert order_differences(order.data, decision) == [] and decision.discount > 100
    assert [entry.type for entry in redemptions] == ["redeem", "refuse"]
    assert [redemption_differences(entry.data, decision) for entry in redemptions] == [[], []]


@pytest.mark.parametrize(
    ("link", "products", "with_voucher", "kind"),
    [
        ("online", "coffee", True, AnswerKind.APPROVED),
        ("offline", "coffee", True, AnswerKind.QUEUED),
        ("online", "bread", False, AnswerKind.APPROVED),
        ("offline", "bread", False, AnswerKind.QUEUED),
        ("online", "bread", True, AnswerKind.NOT_POSSIBLE),
        ("offline", "bread", True, AnswerKind.NOT_POSSIBLE),
    ],
)
def test_the_answer_says_whether_it_was_possible_and_whether_it_was_sent(
    store: StationStore, link: str, products: str, with_voucher: bool, kind: AnswerKind
) -> None:
    presented = [shown(store, a_voucher(store))] if with_voucher else []
    order = an_order("A-1", (products, 499))
    answer = hand_in(store, order, at_till(None, *presented, link=link))
    assert answer.kind is kind and store.journal.head().seq == 1 + len(presented)
    assert hand_in(store, order, at_till(None, *presented, link=link)).kind is kind
    if kind is AnswerKind.NOT_POSSIBLE:
        assert [refusal.reason.code for refusal in answer.presented[0].refusals] == ["required_item_missing"]
        assert (answer.discount, answer.payable) == (0, 499)


def test_one_of_two_vouchers_is_enough_to_be_possible(store: StationStore) -> None:
    good, used = a_voucher(store), a_voucher(store, seed=2, uses_max=1, uses=1)
    answer = hand_in(store, an_order(), at_till(None, shown(store, good), shown(store, used), link="online"))
    assert answer.kind is AnswerKind.APPROVED
    assert [outcome.is_approved for outcome in answer.presented] == [True, False]


def test_a_quote_records_nothing_and_agrees_with_the_order(store: StationStore) -> None:
    at = at_till(seen_member(store), shown(store, a_voucher(store)))
    for _ in range(3):
        quote = quote_order(store, an_order(), at)
    assert store.journal.head().seq == 0
    answer = hand_in(store, an_order(), at)
    assert (quote.decision.total, quote.decision.discount, quote.decision.payable, quote.decision.points) == (
        answer.total,
        answer.discount,
        answer.payable,
        answer.points,
    )


def test_without_a_program_nothing_is_decided_and_nothing_recorded(tmp_path: Path) -> None:
    store = an_empty_store(tmp_path / "empty")
    for ask in (quote_order, hand_in):
        with pytest.raises(NoProgram):
            ask(store, an_order(), at_till())
    assert store.journal.head().seq == 0
    store.close()


def test_there_is_no_answer_without_a_commit(tmp_path: Path, store: StationStore) -> None:
    at = at_till(seen_member(store), shown(store, a_voucher(store)))
    store._db.execute("PRAGMA busy_timeout = 0")
    with through_key(tmp_path / "store" / "journal.db") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            hand_in(store, an_order(), at)
        other.execute("ROLLBACK")
    assert store.journal.head().seq == 0 and store.journal.claimed("order", "A-1") is None
    assert not hand_in(store, an_order(), at).is_repeat


def test_a_commit_that_fails_leaves_nothing(store: StationStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: str) -> None:
        raise ConnectionAbortedError(name)

    at = at_till(seen_member(store), shown(store, a_voucher(store)))
    monkeypatch.setattr("app.store.db.failpoint", fails)
    with pytest.raises(ConnectionAbortedError, match="before_commit"):
        hand_in(store, an_order(), at)
    monkeypatch.undo()
    store.reopen()
    assert store.journal.head().seq == 0
    assert hand_in(store, an_order(), at).seq == 1


def test_journal_bodies_hold_nothing_personal(tmp_path: Path, store: StationStore) -> None:
    member = a_member(store, name="Zebulon Q.")
    printed = a_voucher(store)
    scanned = ("+49 170 5557193", "zebulon@example.org", "Zebulon Quill", printed.replace("V", "W"))
    for text in scanned:
        identify(store, text)
    for number, text in enumerate((member.code, member.number)):
        seen = identify(store, text)
        assert isinstance(seen, SeenMember) and seen.name == "Zebulon Q."
        at = AtTill(seen, (shown(store, printed),), "offline", cashier="c-7")
        hand_in(store, an_order(f"A-{number}"), at)
    with through_key(tmp_path / "store" / "journal.db") as connection:
        bodies = b"".join(body for (body,) in connection.execute("SELECT body FROM journal"))
        effects = repr(connection.execute("SELECT * FROM effect").fetchall()).encode()
    personal = ["Zebulon", "zebulon", "5557193", "example.org", member.code, member.number, printed, *scanned]
    assert [text for text in personal if text.encode() in bodies + effects] == []
    assert bodies.count(b"c-7") == 4 and member.ref.encode() in bodies  # the right bytes were looked at


@pytest.mark.parametrize(
    "changes",
    [
        {"order_id": "x" * 81},
        {"order_id": "x\0"},  # PostgreSQL has no such text, so HQ could not post it
        {"register": "x\0"},
        {"lines": tuple(Line(line=n, sku="s", quantity=1, amount=1) for n in range(1, 2002))},
        {"lines": (Line(line=1, sku="s" * 81, quantity=1, amount=1),)},
        {"lines": (Line(line=1, sku="s", quantity=1, amount=10**12),)},
    ],
)
def test_an_order_that_would_not_fit_is_turned_away_and_nothing_recorded(
    store: StationStore, changes: dict
) -> None:
    head = store.journal.head()
    with pytest.raises(OrderNotTaken):
        hand_in(store, replace(an_order("A-1", ("coffee", 499)), **changes), at_till())
    assert store.journal.head() == head


def test_the_largest_order_with_the_longest_names_fits(store: StationStore) -> None:
    lines = tuple(Line(line=n, sku="s" * 80, quantity=10**6, amount=10**6) for n in range(1, 2001))
    answer = hand_in(store, replace(an_order("o" * 80, ("coffee", 499)), lines=lines), at_till())
    assert answer.total == 2000 * 10**6
