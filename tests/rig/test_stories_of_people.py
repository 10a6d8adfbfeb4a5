"""A member who is erased while a redemption of theirs waits in a shop that is cut off."""

import json

import pytest
import zstandard

from app.core.entry import REDEEM
from app.ids import new_ref
from app.store.device import CARD
from app.store.keystore import FileKeyStore, load_keys
from hq.faults import NotPossible
from hq.home import Hq
from hq.journal.postings import BREAKAGE
from hq.members.service import MemberFacts, issue_code, upsert_members
from hq.members.store import account
from tests.rig.books import books, records, rights
from tests.rig.company import Company, Station
from tests.rig.offers import are_back, coupons, offer, opened, publish, shown
from tests.store.pages import folder_bytes

NAME = "Zenobia Quixote"
TRACES = (b"Zenobia", b"zenobia", b"Quixote", b"quixote")
COST = 10


def named_at(station: Station) -> list[str]:
    """Return the files of a station that runs in whose pages somebody could read the name."""
    name = json.loads((station.world.store_dir / CARD).read_text(encoding="utf-8"))["name"]
    keys = load_keys(FileKeyStore(station.world.state_dir / "keys"), name)
    found = folder_bytes(station.world.store_dir, keys.database)
    assert b"CREATE TABLE" in found["journal.db"], "they are read rightly"
    return sorted(name for name, content in found.items() if is_named(content))


def named_at_hq(company: Company) -> list[str]:
    """Return the files of HQ's folder that hold it."""
    found = []
    for path in company.world.hq_dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".zst":
                content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
            found += [path.name] if is_named(content) else []
    return sorted(found)


def is_named(content: bytes) -> bool:
    return any(trace in content for trace in TRACES)


def the_member(company: Company) -> tuple[str, str]:
    """Let somebody join whose name is in no other; return their reference and card."""

    def join(hq: Hq) -> tuple[str, str]:
        ref = new_ref()
        upsert_members(hq, [MemberFacts(ref, NAME, home_store="S1")])
        return ref, issue_code(hq, ref)

    return company.at_hq(join)


def test_a_member_erased_while_a_redemption_waits(shops: Company) -> None:
    """It is posted to the account that is closed, and flagged; nobody is named any more, and nobody comes back."""
    publish(shops, offer("reward", "lease", cost_points=COST))
    ref, card = the_member(shops)
    coupon, own = coupons(shops, "reward", uses_max=0)[0], coupons(shops, "reward", owner=ref)[0]
    away, near = opened(shops, 2)
    assert away.sells("O-1", card=card, coffees=4)["points"] == 18
    assert near.sells("T-1", card=card)["points"] == 7
    are_back(away, near)
    assert all((named_at(away), named_at(near), named_at_hq(shops))), "it would be found"
    away.is_cut_off()
    assert shown(away, "O-2", coupon, card=card) == ["100"]
    shops.tell_hq("erase", ref, "--confirm")
    assert named_at_hq(shops) == []
    near.drains()
    assert named_at(near) == [], "at once, or with the next sync"
    assert shown(away, "O-3", own, card=card) == ["100"], "it can't know"
    are_back(away, near)
    assert (named_at(away), named_at_hq(shops)) == ([], [])
    seen = away.ask(card)
    assert (seen["known"], seen["name"], seen["balance"]) == (False, "", 0)
    assert shown(away, "O-4", coupon, card=card) == ["insufficient_points"]
    assert away.ask(own)["reason"] == "unknown_code"
    are_back(away, near)
    found = books(shops)
    assert {flags for _, flags, _ in found.cases} == {"MEMBER_ERASED"}
    assert {device for device, *_ in found.cases} == {away.device_id}
    assert (found.accounts[account(ref), "points"], found.exceptions) == (0, {})
    assert found.accounts[BREAKAGE, "points"] == 18 + 7 + 6 + 6 + 7 - 2 * COST
    with pytest.raises(NotPossible):
        shops.at_hq(lambda hq: upsert_members(hq, [MemberFacts(ref, NAME, home_store="S1")]))
    shops.close()
    assert (named_at(away), named_at(near), named_at_hq(shops)) == ([], [], [])
    assert rights(away, REDEEM) == [("lease", "")] * 2
    with records(near) as store:
        assert store.replica.member(ref) is None
