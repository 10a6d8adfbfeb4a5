"""Which machine is the station: copied disks, restored backups, machines that were shut out."""

from pathlib import Path

import pytest

from tests.rig.company import Company, Station
from tests.rig.processes import run


def device_of(company: Company, station: Station) -> dict:
    return next(each for each in company.hq_says("devices") if each["device_id"] == station.device_id)


def test_the_cloned_disk(company: Company, tmp_path: Path) -> None:
    """An image of a station with its keys runs twice: the first difference is found, and both branches are kept."""
    first = company.first
    first.start()
    first.drains()
    first.sells("O-1", company.world.voucher)
    first.drains()
    first.stop()
    twin = company.adopt(first.copy(tmp_path / "twin"))
    for station in (first, twin):
        assert station.start()["answer"] == "ready"
    assert first.sells("O-2", company.world.voucher)["discount"] == 100
    first.drains()
    assert twin.sells("T-2", company.world.voucher)["discount"] == 100
    assert twin.syncs()["problem"] == "fork"
    assert company.entries(first)[-2:] == [(3, "order", "posted"), (4, "redeem", "posted")]
    assert device_of(company, first)["state"] == "forked"
    for station, order_id in ((twin, "T-3"), (first, "O-3")):
        station.syncs()
        refused = station.sells(order_id, company.world.voucher)
        assert refused["presented"][0]["reason"] == "spending_stopped", "who is the copy? HQ can't tell"
        assert refused["points"] == 7, "points are earned all the same"
        station.syncs()
    held = company.hq_says("held", "list")
    assert {each["why"] for each in held} == {"fork"}
    for each in held:
        company.tell_hq("held", "post", each["id"])
    second = company.second
    second.start()
    second.drains()
    assert second.balance() == (6 + 6 + 6 + 7 + 7, 0), "both branches were kept, and a person counted them in"


def test_the_revoked_device(company: Company) -> None:
    """Shut out while it was cut off: what it sold meanwhile is kept, and posted only when a person says so."""
    first, second = company.first, company.second
    for station in (first, second):
        station.start()
        station.drains()
    first.sells("O-1", company.world.voucher)
    first.drains()
    first.line.refuse()
    first.sells("O-2", company.world.voucher)
    first.sells("O-3")
    company.tell_hq("device", "revoke", first.device_id)
    first.line.heal()
    assert first.syncs()["problem"] == "epoch_revoked"
    refused = first.sells("O-4", company.world.voucher)
    assert refused["presented"][0]["reason"] == "spending_stopped"
    first.syncs()
    assert [seq for seq, *_ in company.entries(first)] == [1, 2]
    second.syncs()
    assert second.balance() == (6, 0), "nothing of it has posted by itself"
    held = company.hq_says("held", "list", "--device", first.device_id)
    assert {each["why"] for each in held} == {"epoch_revoked"}
    assert max(each["to_seq"] for each in held) == first.status()["head"]
    for each in held:
        company.tell_hq("held", "post", each["id"])
    second.drains()
    assert second.balance() == (6 + 6 + 7 + 7, 0), "a person has said so"


def test_the_restored_backup_of_the_station(company: Company, tmp_path: Path) -> None:
    """Last week's records are put back: the key store knows better, so nothing starts until HQ gives a new epoch."""
    first, second = company.first, company.second
    first.start()
    first.drains()
    first.sells("O-1", company.world.voucher)
    first.drains()
    first.stop()
    backup = first.copy(tmp_path / "backup")
    first.start()
    first.sells("O-2", company.world.voucher)
    first.drains()
    first.stop()
    first.goes_back_to(backup, with_keys=False)
    said = first.start()
    assert (said["answer"], said["reason"]) == ("stopped", "store_rolled_back")
    first.stop()
    set_up_again(company, first)
    assert first.start()["answer"] == "ready"
    first.drains()
    assert first.sells("O-3", company.world.voucher)["discount"] == 100
    first.drains()
    second.start()
    second.drains()
    assert second.balance() == (6 + 6 + 6, 0), "each counts once"


@pytest.mark.slow
def test_the_restored_image_of_the_whole_disk(company: Company, tmp_path: Path) -> None:
    """The keys are as old as the records: only HQ can tell, and does so when the station first reports."""
    first, second = company.first, company.second
    first.start()
    first.drains()
    first.sells("O-1", company.world.voucher)
    first.drains()
    first.stop()
    backup = first.copy(tmp_path / "backup")
    first.start()
    first.sells("O-2", company.world.voucher)
    first.drains()
    first.stop()
    first.goes_back_to(backup, with_keys=True)
    assert first.start()["answer"] == "ready", "nothing here knows better"
    first.line.refuse()
    assert first.sells("O-3", company.world.voucher)["discount"] == 100
    first.line.heal()
    first.syncs()
    refused = first.sells("O-4", company.world.voucher)
    assert refused["presented"][0]["reason"] == "spending_stopped"
    first.syncs()
    first.stop()
    set_up_again(company, first)
    assert first.start()["answer"] == "ready"
    first.drains()
    assert first.sells("O-5", company.world.voucher)["discount"] == 100
    first.drains()
    second.start()
    second.drains()
    assert second.balance() == (6 + 6 + 6, 0), "what was sold on the old image waits for a person"
    for each in company.hq_says("held", "list", "--device", first.device_id):
        company.tell_hq("held", "post", each["id"])
    second.drains()
    second.syncs()
    assert second.balance() == (6 + 6 + 6 + 6 + 7, 0), "who has counted it in"


def set_up_again(company: Company, station: Station) -> None:
    """Give a station a new epoch by the two commands."""
    told = run(
        "hq", "enrol", "--device", station.device_id, "--trusted", "--url", station.line.url,
        "--dir", str(company.world.hq_dir),
    )  # fmt: skip
    world = station.world
    folders = ["--dir", str(world.store_dir), "--state", str(world.state_dir)]
    run("station", *folders, "reenrol", told.stdout.strip().splitlines()[-1])


@pytest.mark.slow
def test_the_copied_folder_without_its_keys(company: Company, tmp_path: Path) -> None:
    """The records alone are no station."""
    first = company.first
    first.start()
    first.drains()
    first.stop()
    thief = company.adopt(first.copy(tmp_path / "thief", with_keys=False))
    said = thief.start()
    assert (said["answer"], said["reason"]) == ("stopped", "keys_missing")
