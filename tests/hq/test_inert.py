"""What stations and machines write is text at HQ, also where a person reads it at a terminal."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.core.entry import REDEEM
from hq.service import EnrolService
from hq.stores.pairing import new_pairing
from tests.databases import on
from tests.hq.station import URL, enrol_request, pairing_token, voucher

pytestmark = on("sqlite")
OTHER_LINE = "D0000000000000  active  store S1"


def said(folder, *words) -> str:
    done = CliRunner().invoke(hq_cli, [*words, "--dir", str(folder)])
    assert done.exit_code == 0, done.output
    return done.output


def test_what_a_machine_calls_itself_is_one_line_of_the_list(hq, folder, homes) -> None:
    """Whoever has a pairing text may write there, before anybody has confirmed them."""
    token = pairing_token(new_pairing(hq, store_id="S1", url=URL, is_trusted=False).text)
    request = enrol_request(token, Ed25519PrivateKey.generate(), name=f"till\x1b[2J\n{OTHER_LINE}")
    assert EnrolService(hq).enrol(request) is not None
    told = said(folder, "devices")
    assert "till\\u001b[2J\\u000aD0000" in told
    assert "\x1b" not in told and f"\n{OTHER_LINE}" not in told


def test_what_a_case_is_about_is_one_line_of_it(hq, folder, station, homes) -> None:
    record = station.order(f"o\x1b[2J\n{OTHER_LINE}", vouchers=(voucher("0" * 32),))[1]
    station.bodies.clear()
    station.append(REDEEM, record)  # without its order
    station.push()
    told = said(folder, "cases", "show", "C-1")
    assert "no order o\\u001b[2J\\u000aD0000" in told
    assert "\x1b" not in told and f"\n{OTHER_LINE}" not in told
