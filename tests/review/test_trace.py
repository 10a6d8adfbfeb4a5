"""Why an order got what it got: by its own record and the rules of then, down to the line and the right."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.authority import AuthKind
from app.core.order import Line
from app.core.reasons import Reason
from app.review.rows import Filter, find
from app.review.trace import Fact, FactName, Trace, TracedOffer, trace
from app.store.journal import WordOfHq
from app.store.review.review import Review
from app.store.store import StationStore
from tests.builders import a_program, put_program
from tests.station.test_void import MINUTE_MS, UNIT, Till, campaigns

Read = Callable[[StationStore], Review]


def traced(review: Review, seq: int = 1) -> Trace:
    found = trace(review, review.epoch, seq)
    assert found is not None
    return found


def by_rule(found: Trace) -> dict[str, TracedOffer]:
    return {offer.rule: offer for offer in found.offers}


def test_it_says_what_each_offer_took_off_which_line(till: Till, read: Read) -> None:
    till.buys()
    found = traced(read(till.store))
    assert found.is_replayed and found.differs == () and found.program_version == 1
    assert [(line.sku, line.quantity_milli, line.amount) for line in found.lines] == [
        ("coffee", 2_000, 1_000), ("tea", 1_000, 500)
    ]  # fmt: skip
    assert sum(line.discount for line in found.lines) == found.row.discount
    offers = by_rule(found)
    assert set(offers) == {"coffee-1", "cake", "tenth"} and all(offer.is_given for offer in offers.values())
    assert offers["tenth"].by_line == ((2, 50),) and not offers["tenth"].is_presented
    assert offers["cake"].points == 30 and offers["coffee-1"].name == "1.00 off coffee"
    assert offers["coffee-1"].right in (AuthKind.FLOOR, AuthKind.ALWAYS, AuthKind.LEASE)


def test_it_says_what_was_read(till: Till, read: Read) -> None:
    till.buys()
    facts = traced(read(till.store)).facts
    assert Fact(FactName.BALANCE, value=100) in facts
    assert Fact(FactName.USES, "1.00 off coffee", 0, 1) in facts
    assert any(fact.name is FactName.COUNTER and fact.text == "uses:coffee" for fact in facts)


def test_it_says_why_not_with_all_reasons(till: Till, read: Read) -> None:
    till.buys()
    till.buys()
    review = read(till.store)
    offers = by_rule(traced(review, find(review, Filter()).rows[0].seq))
    assert [refusal.reason for refusal in offers["coffee-1"].refusals] == [Reason.LIMIT_TOTAL_REACHED]
    assert not offers["coffee-1"].is_given and offers["coffee-1"].is_recorded


def test_what_did_not_apply_by_itself_is_worked_out_again(till: Till, read: Read) -> None:
    till.buys(Line(1, "coffee", 1, 500), presented=False)
    offers = by_rule(traced(read(till.store)))
    assert [refusal.reason for refusal in offers["tenth"].refusals] == [Reason.REQUIRED_ITEM_MISSING]
    assert not offers["tenth"].is_recorded


def test_a_counter_that_nobody_had_to_read_is_no_reason(tmp_path: Path, read: Read) -> None:
    limited = campaigns()
    limited[2] |= {"limits": {"uses": 5}}  # the tenth off tea
    till = Till(tmp_path / "store", campaigns=limited)
    till.buys(Line(1, "coffee", 1, 500), presented=False)
    offers = by_rule(traced(read(till.store)))
    assert [refusal.reason for refusal in offers["tenth"].refusals] == [Reason.REQUIRED_ITEM_MISSING]
    till.store.close()


def test_it_goes_by_the_rules_of_then_and_without_them_by_the_record(till: Till, read: Read) -> None:
    till.buys()
    body = till.store.replica.document_body("program")
    assert body is not None
    before = traced(read(till.store))
    put_program(till.store, a_program(version=2, campaigns=[]), version=2)
    gone = traced(read(till.store))
    assert not gone.is_replayed and gone.program_name == ""
    assert [(offer.rule, offer.by_line) for offer in gone.offers] == [
        (offer.rule, offer.by_line) for offer in before.offers
    ]
    with till.store.atomic():
        till.store.former_programs.keep(1, body)
    assert traced(read(till.store)).is_replayed


def test_it_says_who_undid_it_who_approved_and_what_head_office_said(till: Till, read: Read) -> None:
    order = till.buys(cashier=till.ben)
    till.undo(order, (1, UNIT), cashier=till.eva)
    till.machine.go_on(11 * MINUTE_MS)
    name = "f" * 32
    till.undo(order, name=name, cashier=till.cem, approval=till.approved(name))
    words = [WordOfHq(seq, "posted", ()) for seq in (1, 2)] + [WordOfHq(2, "quarantined", ("UNPARSABLE",))]
    with till.store.atomic():
        till.store.journal.append_verdicts(words)
    review = read(till.store)
    found = traced(review)
    assert [row.kind for row in found.undone_by] == ["return", "void"]
    assert [(each.kind, each.approver, each.why) for each in found.approvals] == [
        ("void", till.eva, "wrong_offer")
    ]
    assert [(word.seq, word.verdict) for word in found.words] == [
        (1, "posted"), (2, "posted"), (2, "quarantined")
    ]  # fmt: skip
    void = traced(review, found.undone_by[1].seq)
    assert sum(offer.discount for offer in void.offers) == void.row.discount


def test_a_record_that_was_changed_says_so(till: Till, read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    till.buys()
    review = read(till.store)
    entry: Any = review.entry(1)
    entry.data["discount"] += 1
    others = review.entries_between(2, 3)
    monkeypatch.setattr(review, "entries_between", lambda *_: [entry, *others])
    assert traced(review).differs == ("discount",)


def test_what_is_not_there_has_no_trace(till: Till, read: Read) -> None:
    review = read(till.store)
    assert trace(review, review.epoch, 1) is None
    till.buys()
    assert trace(read(till.store), review.epoch + 1, 1) is None
