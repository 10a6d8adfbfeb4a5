"""Which machine is the station: copied disks, restored backups, machines that were shut out."""

import json
from pathlib import Path

from tests.rig.company import Company, Station
from tests.rig.processes import run


def hq_says(company: Company, *words: str) -> list[dict]:
    """Ask HQ by a command that answers in lines of JSON."""
    done = run("hq", *words, "--json", "--dir", str(company.world.hq_dir))
    return [json.loads(line) for line in done.stdout.splitlines()]


def device_of(company: Company, station: Station) -> dict:
    return next(each for each in hq_says(company, "devices") if each["device_id"] == station.device_id)


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
    refused = twin.sells("T-3", company.world.voucher)
    assert refused["presented"][0]["reason"] == "spending_stopped"
    assert refused["points"] > 0, "points are still earned"
    assert first.syncs()["answer"] == "offline" or first.sells("O-3") is not None


def test_the_copied_folder_without_its_keys(company: Company, tmp_path: Path) -> None:
    """The records alone are no station."""
    first = company.first
    first.start()
    first.drains()
    first.stop()
    thief = company.adopt(first.copy(tmp_path / "thief", with_keys=False))
    said = thief.start()
    assert (said["answer"], said["reason"]) == ("stopped", "keys_missing")
