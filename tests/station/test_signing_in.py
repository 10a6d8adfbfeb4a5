"""Signing in: five tries whatever happens, and who is at the till in what is recorded."""

from collections.abc import Iterator
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest

from app.core.entry import ORDER, PIN_LOCK, REDEEM, REFUSE, SHIFT
from app.core.reasons import Reason, Refusal
from app.core.voucher import Presentation
from app.station import staff
from app.station.identify import SeenMember, identify
from app.station.redeem import hand_in, quote_order
from app.station.staff import SignedIn, sign_in, sign_out
from app.store.faults import KeysMissing, StoreRolledBack
from app.store.keystore import MemoryKeyStore
from app.store.store import StationStore
from app.store.thread import StoreThread
from tests.builders import NOW_MS, PIN, a_member, a_person, a_store, a_voucher, an_order, at_till
from tests.clocks import Machine

DAY_MS = 86_400_000


class Died(BaseException):
    """The plug was pulled."""


class Till:
    """A station that is switched off and on, and somebody who tries PINs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.machine, self.keys = folder, Machine(NOW_MS), MemoryKeyStore()
        self.store = a_store(folder, keys_in=self.keys, clock=self.machine)
        self.ben = a_person(self.store)

    def sign_in(self, pin: str = PIN, who: str = "", **more: Any) -> SignedIn | Refusal:
        return sign_in(lambda work: work(self.store), who or self.ben, pin, **more)

    def code(self, pin: str) -> str:
        found = self.sign_in(pin)
        return found.reason.code if isinstance(found, Refusal) else found.name

    def dies_trying(self, monkeypatch: pytest.MonkeyPatch, pin: str) -> None:
        """Pull the plug while a PIN is looked at."""

        def die(*_: object) -> bool:
            raise Died

        with monkeypatch.context() as patch:
            patch.setattr(staff, "is_pin", die)
            with pytest.raises(Died):
                self.sign_in(pin)
        self.start_anew()

    def start_anew(self) -> None:
        self.store._close_files()  # as a killed process does: no mark, no farewell
        self.store._lock.release()
        self.store = StationStore(self.folder, key_store=self.keys, clock=self.machine)

    def voucher(self) -> Presentation:
        found = identify(self.store, a_voucher(self.store))
        assert isinstance(found, Presentation)
        return found

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [entry.data for entry in self.store.journal.entries() if entry.type == kind]


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "store")
    yield made
    made.store.close()


def test_the_right_pin_signs_in_and_begins_a_shift(till: Till) -> None:
    found = till.sign_in()
    assert found == SignedIn(till.ben, "Ben", "cashier")
    assert till.told(SHIFT) == [{"store": "s-1", "t_eff": NOW_MS, "staff": till.ben, "what": "begin"}]
    assert isinstance(found, SignedIn)
    sign_out(till.store, found)
    assert [data["what"] for data in till.told(SHIFT)] == ["begin", "end"]


def test_five_tries_then_a_wait_that_an_entry_tells_of(till: Till) -> None:
    lefts = [till.sign_in(f"000{n}") for n in range(4)]
    assert [dict(each.numbers) for each in lefts if isinstance(each, Refusal)] == [
        {"left": left} for left in (4, 3, 2, 1)
    ]
    assert till.sign_in("0009") == Refusal(Reason.PIN_LOCKED, {"seconds": 60})
    assert till.told(PIN_LOCK) == [
        {"store": "s-1", "t_eff": NOW_MS, "staff": till.ben, "locks": 1, "wait_s": 60}
    ]
    till.machine.go_on(59_001)
    assert till.sign_in() == Refusal(
        Reason.PIN_LOCKED, {"seconds": 1}
    )  # the right one, and not even looked at
    till.machine.go_on(1_000)
    assert isinstance(till.sign_in(), SignedIn)
    assert till.code("0009") == "pin_wrong" and len(till.told(PIN_LOCK)) == 1


def test_a_program_that_kills_and_restarts_and_steps_clocks_gets_no_sixth_try(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def look(_kept: str, secret: bytes) -> bool:
        looked.append(secret.hex())
        return False

    monkeypatch.setattr(staff, "is_pin", look)
    for step in range(12):
        till.dies_trying(monkeypatch, "1357") if step == 2 else till.sign_in(f"{step:04}")
        till.machine.set_wall(NOW_MS + (DAY_MS if step % 2 else -DAY_MS))
        if step % 3 == 0:
            till.start_anew()
        if step % 4 == 3:
            till.machine.restart(off_ms=120_000)
    assert len(looked) == 4, "and the one that died"
    assert [data["locks"] for data in till.told(PIN_LOCK)] == [1]


def test_a_kill_while_a_pin_is_looked_at_costs_the_try(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        till.dies_trying(monkeypatch, PIN)
    assert till.code(PIN) == "pin_locked"
    assert len(till.told(PIN_LOCK)) == 1, "told at the next try, since nobody could before"
    assert till.code(PIN) == "pin_locked" and len(till.told(PIN_LOCK)) == 1


def test_a_wait_goes_on_over_a_start_of_the_program_and_anew_over_one_of_the_machine(till: Till) -> None:
    for _ in range(5):
        till.sign_in("0000")
    till.machine.go_on(40_000)
    till.start_anew()
    assert till.sign_in() == Refusal(Reason.PIN_LOCKED, {"seconds": 20})
    till.machine.restart(off_ms=DAY_MS)
    assert till.sign_in() == Refusal(Reason.PIN_LOCKED, {"seconds": 60})
    till.machine.go_on(30_000)
    assert till.sign_in() == Refusal(Reason.PIN_LOCKED, {"seconds": 30})


def test_each_person_has_tries_of_their_own(till: Till) -> None:
    eve = a_person(till.store, seed=2, pin="8264")
    for _ in range(5):
        till.sign_in("0000")
    assert isinstance(till.sign_in("8264", eve), SignedIn)


def test_a_new_pin_from_head_office_begins_anew(till: Till) -> None:
    for _ in range(5):
        till.sign_in("0000")
    assert till.code(PIN) == "pin_locked"
    a_person(till.store, pin="8264")
    assert isinstance(till.sign_in("8264"), SignedIn)
    a_person(till.store)
    assert isinstance(till.sign_in(), SignedIn), "the wait of the old one is forgotten"


def test_an_older_copy_of_the_journal_with_tries_left_is_found_out(till: Till, tmp_path: Path) -> None:
    till.sign_in()
    till.store.close()
    copy = (till.folder / "journal.db").read_bytes()
    till.store = StationStore(till.folder, key_store=till.keys, clock=till.machine)
    for _ in range(5):
        till.sign_in("0000")
    till.store._close_files()
    till.store._lock.release()
    (till.folder / "journal.db").write_bytes(copy)
    with pytest.raises(StoreRolledBack):
        StationStore(till.folder, key_store=till.keys, clock=till.machine)
    (till.folder / "journal.db").unlink()  # so that the fixture has something to close
    till.store = a_store(tmp_path / "other")


def test_who_cannot_even_try(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    assert till.sign_in(who="nobody") == Refusal(Reason.NOT_STAFF)
    other = a_person(till.store, seed=3, pepper="0123456789abcdef")
    assert till.sign_in(who=other) == Refusal(Reason.PIN_UNCHECKED)
    till.store.keep_pepper(bytes(32))
    assert till.sign_in() == Refusal(Reason.PIN_UNCHECKED)
    assert till.store._db.execute("SELECT COUNT(*) FROM pin_try").fetchone() == (0,)

    def locked(*_: object) -> str:
        raise KeysMissing("the keyring is locked")

    till.store._pepper = None
    with monkeypatch.context() as patch:
        patch.setattr(till.keys, "read", locked)
        assert till.sign_in() == Refusal(Reason.PIN_UNCHECKED)


def test_a_pin_is_looked_at_off_the_stores_thread(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[int] = []
    monkeypatch.setattr(staff, "is_pin", lambda *_: threads.append(get_ident()) or True)
    till.store.close()
    keys, machine = till.keys, till.machine
    thread = StoreThread(lambda: StationStore(till.folder, key_store=keys, clock=machine))
    try:
        assert isinstance(sign_in(thread.call, till.ben, PIN), SignedIn)
        assert threads == [get_ident()] != [thread.call(lambda _: get_ident())]
    finally:
        thread.close()
    till.store = StationStore(till.folder, key_store=keys, clock=machine)


def test_an_endless_pin_is_not_hashed(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "is_pin", lambda *_: pytest.fail("looked at"))
    assert till.code("7" * 5000) == "pin_wrong"


# --- who is at the till ---------------------------------------------------------------------------------------------


def seen(store: StationStore, code: str) -> SeenMember:
    found = identify(store, code)
    assert isinstance(found, SeenMember)
    return found


def test_what_is_recorded_names_who_signed_in(till: Till) -> None:
    hand_in(till.store, an_order(), at_till(None, till.voucher(), cashier=till.ben))
    assert [data["cashier"] for data in (*till.told(ORDER), *till.told(REDEEM))] == [till.ben, till.ben]


def test_a_colleague_takes_over_in_one_step_and_nobody_else_is_named(till: Till) -> None:
    """Two change places while a customer stands there: the order names one of them, on all its entries."""
    eve = a_person(till.store, seed=2, pin="8264")
    ben = till.sign_in()
    assert isinstance(ben, SignedIn)
    before = at_till(None, till.voucher(), cashier=ben.staff_id)
    till.sign_in("8264", eve, instead_of=ben)
    hand_in(till.store, an_order(), before)
    assert [(data["staff"], data["what"]) for data in till.told(SHIFT)] == [
        (till.ben, "begin"),
        (till.ben, "end"),
        (eve, "begin"),
    ]
    assert {data["cashier"] for data in (*till.told(ORDER), *till.told(REDEEM))} == {till.ben}


def test_nobody_redeems_for_their_own_account(till: Till) -> None:
    member = a_member(till.store, balance=50)
    a_person(till.store, member=member.ref)
    own = seen(till.store, member.code)
    refused = quote_order(till.store, an_order(), at_till(own, till.voucher(), cashier=till.ben)).offers
    assert [offer.refusals for offer in refused] == [(Refusal(Reason.OWN_ACCOUNT),)]
    answer = hand_in(till.store, an_order(), at_till(own, till.voucher(), cashier=till.ben))
    assert answer.presented[0].refusals == (Refusal(Reason.OWN_ACCOUNT),) and answer.points == 4
    assert till.told(ORDER)[0]["stopped"] == ["own"] and till.told(REFUSE)[0]["cashier"] == till.ben
    colleague = a_person(till.store, seed=2)
    assert (
        hand_in(till.store, an_order("A-2"), at_till(own, till.voucher(), cashier=colleague))
        .presented[0]
        .is_approved
    )
    other = seen(till.store, a_member(till.store, seed=2).code)
    assert (
        hand_in(till.store, an_order("A-3"), at_till(other, till.voucher(), cashier=till.ben))
        .presented[0]
        .is_approved
    )


def test_a_manager_approves_nothing_for_themselves_either(till: Till) -> None:
    """Nothing is approved here but by handing in: who may do more than others may do no more for their own account."""
    member = a_member(till.store, balance=50)
    manager = a_person(till.store, seed=3, role="manager", member=member.ref)
    answer = hand_in(
        till.store, an_order(), at_till(seen(till.store, member.code), till.voucher(), cashier=manager)
    )
    assert answer.presented[0].refusals == (Refusal(Reason.OWN_ACCOUNT),)
    assert till.told(REFUSE)[0]["cashier"] == manager and not till.told(REDEEM)


def test_a_store_may_ask_for_somebody_to_sign_in_before_anything_is_redeemed(till: Till) -> None:
    assert hand_in(till.store, an_order(), at_till(None, till.voucher())).presented[0].is_approved
    a_person(till.store, sign_in="spending")
    member = seen(till.store, a_member(till.store).code)
    for number, nobody in enumerate(("", "somebody who left")):
        answer = hand_in(till.store, an_order(f"B-{number}"), at_till(member, till.voucher(), cashier=nobody))
        assert answer.presented[0].refusals == (Refusal(Reason.SIGN_IN_NEEDED),) and answer.points == 4
    assert till.told(ORDER)[1]["stopped"] == ["sign_in"]
    assert (
        hand_in(till.store, an_order("C"), at_till(member, till.voucher(), cashier=till.ben))
        .presented[0]
        .is_approved
    )


def test_whoever_leaves_is_as_good_as_nobody_at_once(till: Till) -> None:
    a_person(till.store, sign_in="spending")
    a_person(till.store, seed=2, sign_in="spending")
    with till.store.replica_atomic():
        till.store.replica.delete_row("staff", till.ben)
    answer = hand_in(till.store, an_order(), at_till(None, till.voucher(), cashier=till.ben))
    assert answer.presented[0].refusals == (Refusal(Reason.SIGN_IN_NEEDED),)
    assert till.sign_in() == Refusal(Reason.NOT_STAFF)


def test_neither_pins_nor_names_are_in_the_journal(till: Till) -> None:
    for pin in ("90817", "7392"):
        till.sign_in(pin)
    bodies = b"".join(row[0] for row in till.store._db.execute("SELECT body FROM journal").fetchall())
    assert bodies and not [word for word in (b"90817", b"7392", b"Ben", b"argon") if word in bodies]
