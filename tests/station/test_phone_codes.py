"""A phone's code at the station: it is redeemed with once, earns in any case, and withdrawn with its member's cards."""

import threading
from pathlib import Path

from app.clock import SetClock
from app.core.codes import hash_signed
from app.core.entry import ORDER, REDEEM
from app.core.overlay import CODE_SPENT
from app.core.phone_code import hash_nonce
from app.core.reasons import Refusal
from app.core.voucher import Presentation, picked
from app.ids import new_id
from app.station.answer import OrderAnswer
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from app.store.thread import StoreThread
from tests.builders import (
    DAY_MS,
    NOW_MS,
    a_campaign,
    a_code,
    a_member,
    a_program,
    a_store,
    a_voucher,
    an_order,
    at_till,
    put_program,
)
from tests.clocks import Machine
from tests.phone import a_phone

RAW = (1).to_bytes(8, "big")
SHOWN = {"nonce_hash": hash_nonce(RAW, (1).to_bytes(8, "big")), "ts": NOW_MS // 1000}


def member_of(store: StationStore, text: str) -> SeenMember:
    seen = identify(store, text)
    assert isinstance(seen, SeenMember), seen
    return seen


def reason_of(store: StationStore, text: str) -> str:
    seen = identify(store, text)
    assert isinstance(seen, Refusal), seen
    return seen.reason.code


def redeems(store: StationStore, order_id: str, seen: SeenMember) -> OrderAnswer:
    shown = identify(store, a_voucher(store))
    assert isinstance(shown, Presentation)
    return hand_in(store, an_order(order_id), at_till(seen, shown))


def told(answer: OrderAnswer) -> list[str]:
    return ["approved" if each.is_approved else each.refusals[0].reason.code for each in answer.presented]


def test_a_live_code_is_the_member_and_the_journal_says_which_showing(store: StationStore) -> None:
    member = a_member(store, name="Ada L.", balance=7)
    seen = member_of(store, a_phone().shows(NOW_MS))
    assert (seen.member.ref, seen.name, seen.level) == (member.ref, "Ada L.", "A3")
    assert told(redeems(store, "A-1", seen)) == ["approved"]
    order, redemption = store.journal.entries()
    assert (order.type, redemption.type) == (ORDER, REDEEM)
    assert (order.data["member"]["level"], order.data["member"]["shown"]) == ("A3", SHOWN)
    assert order.data["member"]["code_hash"] == hash_signed(RAW)  # of all the member's codes the same
    assert redemption.data["shown"] == SHOWN
    assert store.journal.effect_sum(CODE_SPENT, SHOWN["nonce_hash"], after_seq=0) == 1


def test_a_card_leaves_no_word_of_a_showing(store: StationStore) -> None:
    for number, text in enumerate((a_member(store).code, a_phone().card())):
        assert told(redeems(store, f"A-{number}", member_of(store, text))) == ["approved"]
    for entry in store.journal.entries():
        assert "shown" not in entry.data and "shown" not in entry.data.get("member", ())


def test_a_code_that_was_redeemed_with_is_refused_and_the_next_one_is_not(store: StationStore) -> None:
    phone = a_phone()
    text = phone.shows(NOW_MS)
    redeems(store, "A-1", member_of(store, text))
    assert reason_of(store, text) == "code_replayed"
    assert store.journal.head().seq == 3  # the refused scan stands in the journal, by its hash
    assert told(redeems(store, "A-2", member_of(store, phone.shows(NOW_MS)))) == ["approved"]


def test_a_code_that_only_earned_is_not_used_up(store: StationStore) -> None:
    """A purchase rung up as two orders: the member holds up the phone once."""
    text = a_phone().shows(NOW_MS)
    assert hand_in(store, an_order("A-1"), at_till(member_of(store, text))).points == 4
    assert hand_in(store, an_order("A-2"), at_till(member_of(store, text))).points == 4
    refused = identify(store, a_voucher(store, uses_max=1, uses=1))
    assert isinstance(refused, Presentation)
    assert told(hand_in(store, an_order("A-3"), at_till(member_of(store, text), refused))) == [
        "limit_total_reached"
    ]
    assert told(redeems(store, "A-4", member_of(store, text))) == ["approved"]


def test_a_second_order_with_the_same_scan_earns_and_redeems_nothing(store: StationStore) -> None:
    seen = member_of(store, a_phone().shows(NOW_MS))
    redeems(store, "A-1", seen)
    answer = redeems(store, "A-2", seen)
    assert (told(answer), answer.points) == (["code_replayed"], 4)
    *_, order, refusal = store.journal.entries()
    assert order.data["stopped"] == ["replayed"] and refusal.data["reasons"][0]["code"] == "code_replayed"
    assert told(redeems(store, "A-1", seen)) == ["approved"]  # asked again, it is answered from the journal


def test_of_two_lanes_at_once_one_redeems(tmp_path: Path) -> None:
    """Both scanned before either had redeemed; the store's one thread decides one after the other."""
    keys = MemoryKeyStore()
    a_store(tmp_path / "store", keys_in=keys).close()
    thread = StoreThread(lambda: StationStore(tmp_path / "store", key_store=keys, clock=SetClock(NOW_MS)))
    text = a_phone().shows(NOW_MS)
    seen = [thread.call(lambda store: member_of(store, text)) for _ in range(4)]
    both, answers = threading.Barrier(4), []

    def lane(number: int) -> None:
        both.wait()
        answers.append(thread.call(lambda store: told(redeems(store, f"A-{number}", seen[number]))))

    lanes = [threading.Thread(target=lane, args=(number,)) for number in range(4)]
    for each in lanes:
        each.start()
    for each in lanes:
        each.join()
    thread.close()
    assert sorted(answers) == [["approved"], *[["code_replayed"]] * 3]


def test_a_picture_of_two_minutes_ago_is_refused(store: StationStore, clock: SetClock) -> None:
    text = a_phone().shows(NOW_MS)
    clock.set_ms(NOW_MS + 60_000)
    member_of(store, text)
    clock.set_ms(NOW_MS + 120_000)
    assert reason_of(store, text) == "code_stale"


def test_by_a_doubtful_clock_a_live_code_counts_as_a_card_and_still_once(tmp_path: Path) -> None:
    machine = Machine(NOW_MS)
    endless = a_program(campaigns=[a_campaign(ends_on="9999-12-31")])  # what ends would be refused
    store = a_store(tmp_path / "store", clock=machine, program=endless)
    machine.set_wall(NOW_MS + DAY_MS)
    assert store.time.is_doubtful()
    for text in (a_phone().shows(NOW_MS), a_phone().shows(NOW_MS - 10 * 60_000, nonce=bytes(9))):
        seen = member_of(store, text)
        assert (seen.level, seen.shown is not None) == ("A2", True)
        redeems(store, f"A-{store.journal.head().seq}", seen)
        assert reason_of(store, text) == "code_replayed"
    store.close()


def test_codes_from_before_the_roll_are_withdrawn_and_others_are_not(store: StationStore) -> None:
    a_member(store, codes_from_ms=NOW_MS - 1000)
    for text in (
        a_code(RAW),
        a_phone().shows(NOW_MS),
        a_phone().card(),
        a_code(RAW, issued_ms=NOW_MS - 2000),
    ):
        assert reason_of(store, text) == "code_withdrawn"
    member_of(store, a_code(RAW, issued_ms=NOW_MS - 1000))
    member_of(store, a_phone(issued_ms=NOW_MS).shows(NOW_MS))
    member_of(store, a_code(bytes(8)))  # somebody whom the replica doesn't hold


def test_a_member_s_number_holds_as_before(store: StationStore) -> None:
    member = a_member(store, codes_from_ms=NOW_MS + DAY_MS)
    assert member_of(store, member.number).level == "A1"


def test_picked_offers_are_spent_by_the_code_too(store: StationStore) -> None:
    rule = a_campaign()["rules"][0] | {"id": "pick-1", "trigger": "choice"}
    put_program(store, a_program(version=2, campaigns=[a_campaign(rules=[rule])]), version=2)
    text = a_phone().shows(NOW_MS)
    seen = member_of(store, text)
    shown = Presentation(new_id(), picked("pick-1"), seen.level)
    assert told(hand_in(store, an_order("A-1"), at_till(seen, shown))) == ["approved"]
    *_, redemption = store.journal.entries()
    assert (redemption.data["level"], redemption.data["shown"]) == ("A3", SHOWN)
    assert reason_of(store, text) == "code_replayed"
