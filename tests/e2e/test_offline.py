"""HQ goes away, the station redeems on; HQ comes back, and within half a minute everything is acknowledged."""

from tests.rig.audit import audit
from tests.rig.processes import HqProcess, StationProcess, World, an_order, eventually


def test_a_station_redeems_on_without_hq_and_catches_up_unaided(
    enrolled: World, hq: HqProcess, station: StationProcess
):
    port = hq.port
    hq.stop()
    assert station.ask({"sync": True})["answer"] == "offline"
    for number in range(3):
        assert station.ask(enrolled.member_code)["answer"] == "member"
        assert station.ask(enrolled.voucher)["answer"] == "voucher"
        answer = station.ask(an_order(f"O-{number}"))
        assert (answer["answer"], answer["discount"], answer["points"]) == ("approved_queued", 100, 6)
    assert station.ask({"status": True})["waiting"] == 6
    assert station.ask(enrolled.member_code)["pending"] == 18
    with HqProcess(enrolled, port=port):
        # Nobody asks for a sync: the station finds out by itself, first that HQ has its entries, then HQ's figures.
        eventually(lambda: station.ask({"status": True})["waiting"] == 0, within_s=30)
        eventually(lambda: _points(station, enrolled) == (18, 0), within_s=30)
        assert station.close() == 0
    audit(enrolled, answered=["O-0", "O-1", "O-2"])


def test_a_single_use_voucher_is_refused_the_second_time_online_or_not(
    enrolled: World, hq: HqProcess, station: StationProcess
):
    voucher = enrolled.single_use[0]
    first = _redeem(station, voucher, "O-1")
    assert first["answer"] == "approved"
    hq.stop()
    station.ask({"sync": True})
    second = _redeem(station, voucher, "O-2")
    assert second["answer"] == "not_possible"
    assert second["presented"][0]["reason"] == "limit_total_reached"


def test_an_order_handed_in_twice_is_recorded_once(enrolled: World, station: StationProcess):
    first = _redeem(station, enrolled.voucher, "O-1")
    again = station.ask(an_order("O-1"))
    assert again["repeat"] and not first["repeat"]
    assert (again["seq"], again["discount"]) == (first["seq"], first["discount"])
    other = station.ask(an_order("O-1", coffees=2))
    assert (other["answer"], other["reason"]) == ("not_recorded", "order_conflict")


def _points(station: StationProcess, world: World) -> tuple[int, int]:
    """Return a member's balance and what is on its way to it."""
    member = station.ask(world.member_code)
    return member["balance"], member["pending"]


def _redeem(station: StationProcess, voucher: str, order_id: str) -> dict:
    assert station.ask(voucher)["answer"] == "voucher"
    return station.ask(an_order(order_id))


def test_points_are_spent_offline_once_and_head_office_ends_with_the_same_balance(
    enrolled: World, hq: HqProcess, station: StationProcess
):
    station.ask(enrolled.member_code)
    assert station.ask(an_order("O-1"))["points"] == 7
    eventually(lambda: station.ask(enrolled.member_code)["balance"] == 7, within_s=30)
    port = hq.port
    hq.stop()
    station.ask({"sync": True})
    assert _redeem(station, enrolled.gift_voucher, "O-2")["discount"] == 100
    assert station.ask(enrolled.member_code)["balance"] == 2
    short = _redeem(station, enrolled.gift_voucher, "O-3")
    assert short["presented"][0]["reason"] == "insufficient_points"
    assert short["presented"][0]["numbers"] == {"wanted": 5, "found": 2, "missing": 3}
    with HqProcess(enrolled, port=port):
        eventually(lambda: station.ask({"sync": True})["waiting"] == 0, within_s=30)
        assert station.close() == 0
    audit(enrolled, answered=["O-1", "O-2", "O-3"])
