"""ACCEPTANCE T27: the cable is out, a QR code is read and redeemed, the program is killed; HQ has it exactly once."""

import time
from base64 import b64decode, b64encode

import pytest
import requests

from app.core.phone_code import PHONE_PREFIX
from app.core.signed_code import SIGNED_PREFIX
from hq.phone.service import bind_message
from scanner.draw import qr_png
from scanner.picture import read_bytes
from tests.phone import Phone, a_signing_key
from tests.rig.audit import audit
from tests.rig.processes import HqProcess, StationProcess, World, an_order, eventually, run

ALL_SENT_S = 30
BY_PASS, BY_APP = "T-27-pass", "T-27-app"


def seen(text: str) -> str:
    """Draw a code as it is shown, and read the picture by the station's own decoders."""
    (symbol,) = read_bytes(qr_png(text))
    return symbol.text


def bound_phone(world: World, hq: HqProcess) -> Phone:
    """Bind a phone to the member as its page does."""
    link = run("hq", "phone", world.member_ref, "--url", hq.url, "--dir", str(world.hq_dir)).stdout.strip()
    token, key = link.partition("#")[2], a_signing_key(7)
    public = key.public_key().public_bytes_raw()
    proof = key.sign(bind_message(token=token, key=public))
    asked = {"token": token, "key": b64encode(public).decode(), "proof": b64encode(proof).decode()}
    answer = requests.post(f"{hq.url}/v1/phone/bind", json=asked, timeout=10)
    return Phone(b64decode(answer.json()["token"]), key)


def redeem(station: StationProcess, member: str, voucher: str, order_id: str) -> int:
    """Read both codes and hand the order in; return its place in the journal."""
    assert station.ask(seen(member))["answer"] == "member"
    assert station.ask(seen(voucher))["answer"] == "voucher"
    answer = station.ask(an_order(order_id))
    assert (answer["answer"], answer["discount"]) == ("approved_queued", 100)
    return answer["seq"]


@pytest.mark.slow
def test_read_and_redeemed_with_the_cable_out_and_killed_head_office_has_it_exactly_once(
    enrolled: World, hq: HqProcess, station: StationProcess
):
    phone, port = bound_phone(enrolled, hq), hq.port
    hq.stop()  # the cable is out
    assert station.ask({"sync": True})["answer"] == "offline"
    assert enrolled.member_code.startswith(SIGNED_PREFIX)
    by_pass = redeem(station, enrolled.member_code, enrolled.single_use[0], BY_PASS)
    shown = phone.shows(time.time_ns() // 1_000_000)
    assert shown.startswith(PHONE_PREFIX)
    by_app = redeem(station, shown, enrolled.single_use[1], BY_APP)
    station.kill()
    again = StationProcess(enrolled)
    try:
        for order_id, seq in ((BY_PASS, by_pass), (BY_APP, by_app)):
            repeated = again.ask(an_order(order_id))  # for all the till knows it was never answered
            assert (repeated["repeat"], repeated["seq"]) == (True, seq)
        assert again.ask({"status": True})["waiting"] == 4
        with HqProcess(enrolled, port=port):  # the cable is in
            eventually(lambda: again.ask({"status": True})["waiting"] == 0, within_s=ALL_SENT_S)
            assert again.close() == 0
    finally:
        if again.process.poll() is None:
            again.kill()
    held = audit(enrolled, answered=[BY_PASS, BY_APP])
    assert dict(held.orders) == {BY_PASS: 1, BY_APP: 1}
    assert list(held.redemptions.values()) == [1, 1]
