"""The stolen PC: what a thief can read and spend, what comes of what it held, and that it erases itself."""

from pathlib import Path

from tests.rig.books import books
from tests.rig.company import Company, Station
from tests.rig.offers import coupons, offer, opened, publish, shown

CAP, GIFTS = 500, 20
SCOPE = "uses:campaign-gift"


def files_of(station: Station) -> bytes:
    """Return what lies in the folder, byte by byte."""
    return b"".join(path.read_bytes() for path in station.world.store_dir.rglob("*") if path.is_file())


def test_the_stolen_pc(shops: Company, tmp_path: Path) -> None:
    """Cut off it gives up to its cap; on line it hands over what it did, and is erased; its leases count as given."""
    publish(
        shops,
        offer("gift", "lease", trigger="automatic", limits={"uses": GIFTS}),
        offer("coupon", "floor"),
        authority={"value_max": CAP},
    )
    stack = coupons(shops, "coupon", 6)
    stolen, _ = opened(shops, 2)
    assert stolen.ask(shops.world.member_code)["name"] == "Ada L."
    held = sum(each["left"] for each in stolen.status()["leases"])
    assert held >= 2
    stolen.is_cut_off()
    without_keys = shops.adopt(stolen.copy(tmp_path / "disk", with_keys=False))
    readable = files_of(without_keys)
    for word in (b"Ada", shops.world.member_ref.encode(), stack[0].encode(), b"CREATE TABLE"):
        assert word not in readable
    said = without_keys.start()
    assert (said["answer"], said["reason"]) == ("stopped", "keys_missing")

    spent = [shown(stolen, f"X-{n}", code, card="") for n, code in enumerate(stack)]
    by_coupon = CAP // 100 - held  # the gifts of the first orders count too
    assert spent == [["100"]] * by_coupon + [["station_cap_reached"]] * (len(stack) - by_coupon)
    earned = stolen.sells("X-9", stack[-1])
    assert (earned["discount"], earned["points"]) == (0, 7), "a member who knows nothing earns all the same"
    assert stolen.status()["unheard"]["value"] == CAP

    shops.tell_hq("device", "revoke", stolen.device_id, "--wipe")
    stolen.line.heal()
    assert stolen.syncs()["reason"] == "store_erased"
    assert not stolen.world.store_dir.exists() and files_in(stolen.world.state_dir) == []
    stolen.stop()
    assert stolen.start()["answer"] == "stopped"
    found = books(shops)
    assert (found.accounts, found.given, shops.entries(stolen)) == ({}, {SCOPE: 0}, []), "nothing by itself"
    assert found.leased[SCOPE] == 2 * held, "what it held is given to nobody"
    (kept,) = shops.hq_says("held", "list", "--device", stolen.device_id)
    shops.tell_hq("device", "write-off", stolen.device_id, "--who", "Ann")
    found = books(shops)
    assert (found.given[SCOPE], found.leased[SCOPE]) == (held, held), "counted as given, by a person's word"

    shops.tell_hq("held", "post", kept["id"])
    found = books(shops)
    assert found.given[SCOPE] == held, "and not once more when its entries are posted"
    assert (found.accounts["discounts-given", "EUR"], found.exceptions) == (CAP, {})
    assert not [flags for _, flags, _ in found.cases if "OVERSPENT" in flags or "LEASE" in flags]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
