"""What managers change about their staff at a station, as head office takes it over: who, whom, and what is told."""

from base64 import b64encode

import pytest
from sqlalchemy import select

from app.core.entry import STAFF_CHANGE
from app.core.keyset import KeyUse
from app.core.pepper import pepper_name
from app.core.pins import SALT_SIZE, Role, hash_pin, is_pin, secret_of
from app.core.sealed import seal
from app.core.staff_change import EmergencyPin, pin_info, write_pin
from hq.home import Hq
from hq.journal import again
from hq.journal.again import judge_all_again
from hq.journal.case_tables import case
from hq.journal.held import list_held
from hq.journal.judge import JUDGES
from hq.journal.posting_held import post_held
from hq.keysets.service import make_key, publish_key, retire
from hq.staff.people import ask_sign_in, list_people, remove_person, set_pin
from hq.staff.peppers import read_pepper
from hq.stores.devices import revoke
from hq.tables import store_staff
from sync.protocol import Flag, Verdict
from tests.databases import on
from tests.hq.station import NOW_MS, Station
from tests.hq.test_store_staff import add, rows

TAKEN, NOT_TAKEN = ([Flag.STAFF_CHANGED], [Flag.STAFF_UNCHANGED])


class Shop:
    """A store's people, and the pen of its station."""

    def __init__(self, hq: Hq, station: Station) -> None:
        self.hq, self.station = hq, station
        self.ben = add(hq)
        self.mia = add(hq, "Mia", role=Role.MANAGER, pin="739215")

    def box(self, staff_id: str = "", *, pin: str = "4417", info_of: str = "", **changes: str) -> bytes:
        who, pepper = staff_id or self.ben, read_pepper(self.hq.keys.folder, "S1")
        secret = secret_of(pepper, staff_id=who, pin=pin)
        kept = EmergencyPin(
            hash_pin(secret, salt=bytes(SALT_SIZE)), changes.get("pepper", pepper_name(pepper))
        )
        public = self.hq.keys.box_key("b1").public_key().public_bytes_raw()
        return seal(public, write_pin(kept), info=pin_info(store="S1", staff_id=info_of or who))

    def says(self, what: str, **changes) -> None:
        """Append a change as a station would."""

        said = {"store": "S1", "t_eff": NOW_MS, "cashier": self.mia, "staff": self.ben, "what": what}
        said |= {"approver": self.mia, "approval": {"id": "0" * 32, "why": "left"}}
        box = changes.pop("box", None) or (self.box(changes.get("staff", "")) if what == "pin" else None)
        said |= {"kid": "b1", "box": b64encode(box).decode()} if box else {}
        self.station.append(STAFF_CHANGE, said | changes)

    def told(self) -> list[list[str]]:
        return [result.codes for result in self.station.push().results]

    def is_pin(self, pin: str, staff_id: str = "") -> bool:
        who, pepper = staff_id or self.ben, read_pepper(self.hq.keys.folder, "S1")
        with self.hq.database.reading() as connection:
            of = store_staff.c.staff_id == who
            kept = connection.execute(select(store_staff.c.pin_hash).where(of)).scalar_one()
        return is_pin(kept, secret_of(pepper, staff_id=who, pin=pin))

    def details(self) -> list[tuple[str, str]]:
        with self.hq.database.reading() as connection:
            return [(row.owner, row.detail) for row in connection.execute(select(case))]


@pytest.fixture
def shop(hq: Hq, station: Station) -> Shop:
    return Shop(hq, station)


def test_a_pin_and_a_suspension_are_taken_over_once_on_either_database(shop: Shop) -> None:
    ask_sign_in(shop.hq, "S1", is_needed=True)
    shop.says("pin")
    assert shop.told() == [TAKEN] and shop.is_pin("4417")
    assert ("put", shop.ben) in rows(shop.hq)
    set_pin(shop.hq, shop.ben, "8264")
    assert shop.told() == [TAKEN] and shop.is_pin("8264"), "sent again it changes nothing any more"
    shop.says("suspend")
    assert shop.told() == [TAKEN, TAKEN] and rows(shop.hq)[-1] == ("del", shop.ben)
    assert {each.name: each.state for each in list_people(shop.hq)} == {"Ben": "suspended", "Mia": "active"}
    shop.says("pin")
    assert shop.told()[-1] == NOT_TAKEN, "only head office lets them back"
    set_pin(shop.hq, shop.ben, "8264")
    assert shop.is_pin("8264") and rows(shop.hq)[-1] == ("put", shop.ben)
    remove_person(shop.hq, shop.ben)
    (first, *_) = shop.details()
    assert first[0] == "head office" and shop.mia in first[1] and "emergency PIN" in first[1]
    assert "4417" not in str(shop.details())


@on("sqlite")
def test_nothing_gives_anybody_more_than_they_had(homes, shop: Shop) -> None:
    eva = add(shop.hq, "Eva", role=Role.MANAGER, pin="739215")
    elsewhere = add(shop.hq, "Tom", store_id="S2")
    gone = add(shop.hq, "Old", role=Role.MANAGER, pin="739215")
    remove_person(shop.hq, gone)
    for changes in (
        {"staff": eva, "box": shop.box(eva, pin="852963")},
        {"staff": elsewhere},
        {"staff": gone},
        {"approver": shop.ben},
        {"approver": elsewhere},
        {"approver": gone},
        {"box": shop.box(info_of=eva)},
        {"box": b"nothing"},
        {"kid": "b7"},
        {"box": shop.box(pepper="0" * 16)},
    ):
        shop.says("pin", **changes)
    assert shop.told() == [NOT_TAKEN] * 10
    assert shop.is_pin("7392") and shop.is_pin("739215", eva) and shop.is_pin("7392", shop.ben)
    shop.says("pin", store="S2")
    assert shop.told()[-1] == [Flag.REPLAY_DIFFERS, Flag.STAFF_UNCHANGED]
    shop.says("promote")
    assert shop.told()[-1] == [Flag.UNPARSABLE]


@on("sqlite")
def test_a_suspension_by_a_manager_who_left_counts_and_never_the_last_one(homes, shop: Shop) -> None:
    """They may have said it before they left; and without anybody, nothing would ask for a PIN any more."""
    eva = add(shop.hq, "Eva", role=Role.MANAGER, pin="739215")
    remove_person(shop.hq, shop.mia)
    shop.says("suspend")
    shop.says("suspend", staff=eva)
    assert shop.told() == [TAKEN, NOT_TAKEN]
    assert {each.name: each.state for each in list_people(shop.hq)} == {"Ben": "suspended", "Eva": "active"}


@on("sqlite")
def test_a_pin_sealed_to_a_retired_key_is_taken_over(homes, shop: Shop) -> None:
    shop.says("pin")
    publish_key(shop.hq, make_key(shop.hq, KeyUse.BOX))
    retire(shop.hq, "b1")
    assert shop.told() == [TAKEN] and shop.is_pin("4417")


@on("sqlite")
def test_what_a_person_posts_later_gives_nobody_a_pin_but_suspends(homes, shop: Shop) -> None:
    shop.says("pin")
    shop.says("suspend", staff=add(shop.hq, "Tom"))
    revoke(shop.hq, shop.station.owner.device_id)
    shop.station.push()
    (found,) = list_held(shop.hq, is_open=True)
    posted = post_held(shop.hq, found.id)
    assert [(each.verdict, each.codes) for each in posted.results] == [
        (Verdict.FLAGGED, NOT_TAKEN),
        (Verdict.FLAGGED, TAKEN),
    ]
    assert shop.is_pin("7392") and "too late" in str(shop.details())


@on("sqlite")
def test_what_an_older_head_office_set_aside_counts_likewise(
    homes, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.delitem(JUDGES, STAFF_CHANGE)
        shop.says("pin")
        shop.says("suspend", staff=(tom := add(shop.hq, "Tom")))
        assert shop.told() == [[Flag.UNKNOWN_TYPE]] * 2
    monkeypatch.setattr(again, "EDITION", again.EDITION + 1)
    assert judge_all_again(shop.hq) == 2 and shop.told() == [NOT_TAKEN, TAKEN]
    assert shop.is_pin("7392") and rows(shop.hq)[-1] == ("del", tom)
