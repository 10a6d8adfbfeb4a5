"""A manager's emergency PIN and a suspension at the station: at once, for whom, recorded, and no word of the PIN."""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.approvals import Approval, Why
from app.core.codes import badge
from app.core.entry import STAFF_CHANGE
from app.core.pins import is_pin, secret_of
from app.core.reasons import Reason, Refusal
from app.core.sealed import open_sealed
from app.core.staff_change import pin_info, read_pin
from app.core.verdicts import Verdict
from app.failpoints import FailPointReached, watched_by
from app.station.approval import ApprovalOver
from app.station.staff import SignedIn, approve, sign_in
from app.station.staff_changes import NotChanged, colleagues, give_pin, pin_given, suspend, suspended
from app.store.journal import WordOfHq
from app.store.keystore import MemoryKeyStore
from app.store.replica import Position
from tests.builders import NOW_MS, PEPPER, PIN, a_person, a_store, put_document
from tests.clocks import Machine
from tests.station.test_enrol import BOX_KEY, box_keys

NEW_PIN, MANAGER_PIN = "4417", "739215"


class Till:
    def __init__(self, folder: Path) -> None:
        self.machine = Machine(NOW_MS)
        self.store = a_store(folder, keys_in=MemoryKeyStore(), clock=self.machine)
        put_document(self.store, "keyset", box_keys("b1"))
        self.ben = a_person(self.store)
        self.mia = a_person(self.store, seed=2, pin=MANAGER_PIN, name="Mia", role="manager")
        self.eva = a_person(self.store, seed=3, pin=MANAGER_PIN, name="Eva", role="manager")

    def run(self, work):
        return work(self.store)

    def approved(self, action: str, who: str = "") -> Approval:
        found = approve(self.run, who or self.mia, MANAGER_PIN, action=action, why=Why.PIN_FORGOTTEN)
        assert isinstance(found, Approval)
        return found

    def give(self, pin: str = NEW_PIN, *, to: str = "") -> NotChanged | None:
        who = to or self.ben
        return give_pin(self.run, who, pin, self.approved(pin_given(who)), cashier=self.mia)

    def suspend(self, who: str = "", *, by: str = "") -> NotChanged | None:
        name = who or self.ben
        return suspend(self.store, name, self.approved(suspended(name), by), cashier=self.mia)

    def sign_in(self, pin: str) -> SignedIn | Refusal:
        return sign_in(self.run, self.ben, pin)

    def is_in(self, pin: str) -> bool:
        return isinstance(self.sign_in(pin), SignedIn)

    def changes(self) -> list[dict]:
        return [entry.data for entry in self.store.journal.entries() if entry.type == STAFF_CHANGE]

    def head_office_includes(self, seq: int, **row) -> None:
        """Let a checkpoint come that includes entries up to a number, with head office's row of Ben."""
        if row:
            a_person(self.store, **row)
        with self.store.replica_atomic():
            self.store.replica.move_to(Position("set", 9, NOW_MS, seq))


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "store")
    yield made
    made.store.close()


def test_an_emergency_pin_is_theirs_at_once_and_after_a_restart(till: Till) -> None:
    assert till.give() is None
    for _ in range(2):
        assert till.is_in(NEW_PIN) and till.sign_in(PIN) == Refusal(Reason.PIN_WRONG, {"left": 4})
        till.store.reopen()
    (ben, *_) = colleagues(till.store)
    assert (ben.name, ben.pin_given_ms, ben.seen_ms, ben.badge) == ("Ben", NOW_MS, NOW_MS, badge(till.ben))
    till.store.journal.verify()


def test_the_entry_has_who_and_why_and_a_box_that_only_head_office_opens(
    till: Till, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    till.give()
    assert NEW_PIN not in caplog.text
    (said,) = till.changes()
    assert (said["staff"], said["what"], said["approver"], said["cashier"]) == (
        till.ben,
        "pin",
        till.mia,
        till.mia,
    )
    assert said["approval"]["why"] == "pin_forgotten" and NEW_PIN not in str(said)
    info = pin_info(store=till.store.device.store_id, staff_id=till.ben)
    record = read_pin(open_sealed(BOX_KEY, b64decode(said["box"]), info=info))
    assert is_pin(record.pin_hash, secret_of(PEPPER, staff_id=till.ben, pin=NEW_PIN))
    row = till.store.people.find(till.ben)
    assert row is not None and row.pin_hash == record.pin_hash and row.pin_hash not in str(said)


def test_what_a_manager_may_not_is_not_recorded(till: Till) -> None:
    told = [till.give(to=who, pin="852963") for who in (till.eva, till.mia)]
    assert told == [NotChanged.OF_A_MANAGER] * 2
    assert [till.give(pin) for pin in ("123", "1234", "44x7")] == [
        NotChanged.DIGITS,
        NotChanged.OBVIOUS,
        NotChanged.DIGITS,
    ]
    assert till.suspend(till.mia) is NotChanged.OWN and till.suspend("nobody") is NotChanged.GONE
    put_document(till.store, "keyset", box_keys(), version=2)
    assert till.give() is NotChanged.NO_KEY
    assert till.changes() == [] and till.is_in(PIN)


def test_an_approval_is_for_this_person_once_and_its_approver_a_manager_still(till: Till) -> None:
    approval = till.approved(pin_given(till.ben))
    for wrong in (replace(approval, action=pin_given(till.eva)), replace(approval, approver=till.ben)):
        with pytest.raises(ApprovalOver):
            give_pin(till.run, till.ben, NEW_PIN, wrong)
    assert till.changes() == [] and till.is_in(PIN), "neither or both"
    assert give_pin(till.run, till.ben, NEW_PIN, approval) is None
    with pytest.raises(ApprovalOver):
        give_pin(till.run, till.ben, "8264", approval)
    assert till.is_in(NEW_PIN) and len(till.changes()) == 1


@pytest.mark.parametrize("what", ["pin", "suspend"])
def test_whoever_dies_in_between_has_changed_nothing_and_may_go_on(till: Till, what: str) -> None:
    action, change = {
        "pin": (pin_given, lambda given: give_pin(till.run, till.ben, NEW_PIN, given)),
        "suspend": (suspended, lambda given: suspend(till.store, till.ben, given)),
    }[what]
    approval = till.approved(action(till.ben))

    def die(name: str) -> None:
        if name == "staff_change_mid_tx":
            raise FailPointReached

    with watched_by(die), pytest.raises(FailPointReached):
        change(approval)
    till.store.reopen()
    assert till.changes() == [] and till.is_in(PIN)
    assert change(approval) is None
    assert len(till.changes()) == 1 and not till.is_in(PIN)


def test_another_pin_begins_with_all_tries_and_is_counted_like_the_first(till: Till) -> None:
    for number in range(5):
        till.sign_in(f"000{number}")
    assert till.sign_in(PIN) == Refusal(Reason.PIN_LOCKED, {"seconds": 60})
    assert [each.waits_ms for each in colleagues(till.store)] == [60_000, 0, 0]
    till.give()
    told = [till.sign_in(f"000{number}") for number in range(6)]
    assert [refusal.reason for refusal in told] == [Reason.PIN_WRONG] * 4 + [Reason.PIN_LOCKED] * 2


def test_the_absent_managers_pin_is_tried_five_times(till: Till) -> None:
    """Whoever wants to give a colleague a PIN must know a manager's: each try of that is counted."""
    action = pin_given(till.ben)
    told = [approve(till.run, till.mia, f"00000{n}", action=action, why=Why.PIN_FORGOTTEN) for n in range(6)]
    assert [refusal.reason for refusal in told] == [Reason.NOT_APPROVED] * 4 + [Reason.PIN_LOCKED] * 2
    assert till.changes() == []


def test_who_is_suspended_is_nobody_here_from_then_on(till: Till) -> None:
    assert till.is_in(PIN)
    assert till.suspend() is None and till.suspend() is None
    assert len(till.changes()) == 1, "once more is no second entry"
    assert till.sign_in(PIN) == Refusal(Reason.NOT_STAFF) and till.store.people.find(till.ben) is None
    till.store.reopen()
    assert [row.name for row in till.store.people.all()] == ["Eva", "Mia"]
    assert [each.is_suspended for each in colleagues(till.store)] == [True, False, False]
    assert till.give() is NotChanged.GONE, "only head office lets them back"


def test_a_suspended_manager_approves_nothing_more(till: Till) -> None:
    approval = till.approved(pin_given(till.ben), till.eva)
    assert till.suspend(till.eva) is None
    with pytest.raises(ApprovalOver):
        give_pin(till.run, till.ben, NEW_PIN, approval)
    action = suspended(till.mia)
    told = approve(till.run, till.eva, MANAGER_PIN, action=action, why=Why.LEFT)
    assert told == Refusal(Reason.NOT_APPROVED)


def test_head_offices_row_stands_alone_once_it_includes_the_entry(till: Till) -> None:
    till.give()
    seq = till.store.journal.head().seq
    till.head_office_includes(seq - 1, pin="8264")
    assert till.is_in(NEW_PIN), (
        "head office set another before it heard of ours, which is the later one there"
    )
    till.head_office_includes(seq)
    assert till.is_in("8264") and not till.is_in(NEW_PIN)
    assert colleagues(till.store)[0].pin_given_ms == 0


def test_a_suspension_that_head_office_cannot_read_counts_until_it_says_something_else(till: Till) -> None:
    till.suspend()
    seq = till.store.journal.head().seq
    with till.store.atomic():
        till.store.journal.append_verdicts([WordOfHq(seq, Verdict.QUARANTINED, ("UNKNOWN_TYPE",))])
    till.head_office_includes(seq)
    assert not till.is_in(PIN)
    till.head_office_includes(seq, pin="8264")
    assert till.is_in("8264")
