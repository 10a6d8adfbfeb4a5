"""A manager approves one action: by PIN, within a minute, once, and whatever was wrong sounds the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.approvals import Approval, Why
from app.core.entry import SHIFT
from app.core.reasons import Reason, Refusal
from app.station.approval import ApprovalOver, use
from app.station.identify import SeenBadge, identify
from app.station.staff import approve, sign_in
from app.store.journal import Draft
from app.store.keystore import MemoryKeyStore
from tests.builders import NOW_MS, PIN, a_person, a_store
from tests.clocks import Machine

ACTION = "void:r-1"
MANAGER_PIN = "739215"


class Till:
    def __init__(self, folder: Path) -> None:
        self.machine = Machine(NOW_MS)
        self.store = a_store(folder, keys_in=MemoryKeyStore(), clock=self.machine)
        self.ben = a_person(self.store)
        self.mia = a_person(self.store, seed=2, pin=MANAGER_PIN, name="Mia", role="manager")

    def run(self, work):
        return work(self.store)

    def approved(self, who: str = "", pin: str = MANAGER_PIN, action: str = ACTION) -> Approval | Refusal:
        return approve(self.run, who or self.mia, pin, action=action, why=Why.GOODWILL)

    def record(self, approval: Approval, *, action: str = ACTION) -> None:
        """Record an entry of an approved action, as every use case does."""
        with self.store.atomic():
            data = {
                "store": "s-1",
                "t_eff": NOW_MS,
                "cashier": self.ben,
                **use(self.store, approval, action=action),
            }
            self.store.journal.append([Draft("override", data)])


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    made = Till(tmp_path / "store")
    yield made
    made.store.close()


def test_the_entry_has_both_names_and_the_reason(till: Till) -> None:
    approval = till.approved()
    assert isinstance(approval, Approval)
    till.record(approval)
    *_, entry = till.store.journal.entries()
    assert (entry.data["cashier"], entry.data["approver"]) == (till.ben, till.mia)
    assert entry.data["approval"] == {"id": approval.approval_id, "why": "goodwill"}


def test_an_approval_is_used_once_also_after_a_restart(till: Till) -> None:
    approval = till.approved()
    assert isinstance(approval, Approval)
    till.record(approval)
    with pytest.raises(ApprovalOver):
        till.record(approval)
    till.store.reopen()
    with pytest.raises(ApprovalOver):
        till.record(approval)


def test_an_approval_is_for_the_action_it_names(till: Till) -> None:
    approval = till.approved()
    assert isinstance(approval, Approval)
    with pytest.raises(ApprovalOver):
        till.record(approval, action="void:r-2")
    till.record(approval)  # and nothing was used up by that


@pytest.mark.parametrize(("passed_ms", "is_over"), [(0, False), (60_000, False), (60_001, True)])
def test_an_approval_is_over_after_a_minute(till: Till, passed_ms: int, is_over: bool) -> None:
    approval = till.approved()
    assert isinstance(approval, Approval)
    till.machine.go_on(passed_ms)
    till.machine.set_wall(NOW_MS)  # whoever sets the clock back wins nothing
    if is_over:
        with pytest.raises(ApprovalOver):
            till.record(approval)
    else:
        till.record(approval)


def test_what_was_wrong_is_not_told(till: Till) -> None:
    """A wrong PIN, a cashier's right PIN, and somebody who doesn't exist sound the same."""
    told = [till.approved(pin="000001"), till.approved(till.ben, PIN), till.approved("nobody")]
    assert told == [Refusal(Reason.NOT_APPROVED)] * 3
    assert not [entry for entry in till.store.journal.entries() if entry.type == SHIFT]


def test_tries_are_counted_as_at_signing_in_and_a_right_pin_gives_them_back(till: Till) -> None:
    for number in range(4):
        till.approved(pin=f"00000{number}")
    assert isinstance(till.approved(), Approval)
    told = [till.approved(pin=f"00000{number}") for number in range(5)]
    assert told[-1] == Refusal(Reason.PIN_LOCKED, {"seconds": 60})
    assert sign_in(till.run, till.mia, MANAGER_PIN) == Refusal(Reason.PIN_LOCKED, {"seconds": 60})


def test_a_badge_says_whose_it_is_and_nothing_more(till: Till) -> None:
    assert identify(till.store, f"TS:B:{till.mia}") == SeenBadge(till.mia)
    assert identify(till.store, "TS:B:0000000000009") == Refusal(Reason.NOT_STAFF)
