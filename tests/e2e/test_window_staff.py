"""Signing in, the lock and training in the real window, by real key events; what HQ hears of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.clock import SetClock
from app.core.entry import MODE_CHANGE, ORDER, SHIFT, Entry
from app.core.pins import Role
from app.store.keystore import FileKeyStore
from app.store.store import StationStore
from hq.home import open_hq
from hq.staff.people import add_person
from tests.e2e.windows import OPEN_S, WindowProcess
from tests.rig.audit import audit
from tests.rig.processes import World, eventually
from tests.x_screen import XScreen

pytestmark = pytest.mark.slow  # half a minute together, with a head office and a screen of their own

PIN = "7392"
TO_TRAINING = 9  # presses of Tab: pill, one tile, five languages, without signing in, training


@pytest.fixture
def ben(enrolled: World) -> str:
    opened = open_hq(enrolled.hq_dir)
    staff_id = add_person(opened, store_id="S1", name="Ben", role=Role.CASHIER, pin=PIN).staff_id
    opened.close()
    return staff_id


@pytest.fixture
def window(enrolled: World, ben: str, screen: XScreen, tmp_path: Path) -> Iterator[WindowProcess]:
    window = WindowProcess(enrolled, screen, tmp_path / "events.jsonl")
    try:
        window.wait("idle_painted", within_s=OPEN_S)
        eventually(lambda: any(event.get("kind") == "fresh" for event in window.events()), within_s=OPEN_S)
        yield window
    finally:
        window.kill()


def entries(world: World) -> list[Entry]:
    """Read the journal. The window must be gone."""
    store = StationStore(world.store_dir, key_store=FileKeyStore(world.state_dir / "keys"), clock=SetClock())
    try:
        return list(store.journal.entries())
    finally:
        store.close()


def give_pin(window: WindowProcess, screen: XScreen, *, after: int) -> int:
    """Bring the page up, type the PIN and wait for the page behind it."""
    screen.press("F12")
    so_far = window.wait("sign_in_painted", after=after)
    screen.type_keys(PIN)
    screen.press("Enter")
    return so_far


def test_a_cashier_signs_in_redeems_locks_and_goes_on(
    enrolled: World, ben: str, screen: XScreen, window: WindowProcess
) -> None:
    so_far = give_pin(window, screen, after=0)
    window.wait("idle_painted", after=so_far)
    assert window.redeem(enrolled.member_code) == "approved"
    window.open_visit(enrolled.member_code)
    so_far = give_pin(window, screen, after=len(window.events()))
    quoted = window.wait("offers_painted", after=so_far)  # the order is as it was
    window.wait("member_ready", after=quoted)
    eventually(lambda: window.waiting() == 0, within_s=OPEN_S)
    so_far = len(window.events())
    screen.press("Enter")
    window.wait("answer_painted", after=so_far, word="approved")
    window.wait("pill", after=so_far, within_s=OPEN_S, waiting=0)  # it said so before the order, too
    assert not window.has("mouse")
    window.kill()
    found = entries(enrolled)
    assert [entry.data["cashier"] for entry in found if entry.type == ORDER] == [ben, ben]
    assert [(entry.data["staff"], entry.data["what"]) for entry in found if entry.type == SHIFT] == [
        (ben, "begin")
    ]
    assert len(audit(enrolled, answered=[]).orders) == 2


def test_what_is_done_in_training_is_nowhere_else(
    enrolled: World, screen: XScreen, window: WindowProcess
) -> None:
    from app.station.training import GOOD, MEMBERS

    screen.press("F12")
    so_far = window.wait("sign_in_painted")
    screen.press(*["Tab"] * TO_TRAINING)
    screen.type_keys(" ")
    so_far = window.wait("idle_painted", after=so_far)
    screen.scan(MEMBERS[0].code)
    window.wait("card_painted", after=so_far)
    screen.type_keys("40")
    quoted = window.wait("offers_painted", after=so_far, usable=3)
    ready = window.wait("member_ready", after=quoted)
    screen.press("Enter")  # takes the amount
    window.wait("member_ready", after=ready)
    so_far = len(window.events())
    screen.scan(GOOD)
    quoted = window.wait("offers_painted", after=so_far, picked=1)
    ready = window.wait("member_ready", after=quoted)
    screen.press("Enter")
    window.wait("answer_painted", after=ready, word="approved")
    window.kill()
    assert [entry.type for entry in entries(enrolled) if entry.type in (ORDER, MODE_CHANGE)] == [MODE_CHANGE]
    assert audit(enrolled, answered=[]).orders == {}
