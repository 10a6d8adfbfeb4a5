"""HQ's side of a member's phone: links that bind one key once, codes that are withdrawn, a page and its drawings."""

import re
from base64 import b64encode
from importlib.resources import files

import orjson
import pytest
from msgspec import structs
from msgspec.json import encode
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.core.codes import TokenKey, parse
from app.core.signed_code import SIGNED_PREFIX, read_token, written
from hq import faults
from hq.keys import public_keys
from hq.members.service import MemberFacts, issue_code, reissue_code, roll_code, upsert_members
from hq.phone import drawing
from hq.phone.service import LINK_LIFE_MS, BindRequest, Link, bind, bind_message, new_link
from hq.tables import member, phone_token
from scanner.draw import QUIET_MODULES, qr_modules
from tests.databases import on
from tests.hq.server import serving
from tests.hq.station import NOW_MS, REF, enrol_station
from tests.hq.test_ingest import count, rows
from tests.phone import Phone, a_phone, a_signing_key

URL = "https://hq.example"
UNKNOWN_LINK = Link(f"{URL}/phone#{'0' * 32}", 0)


@pytest.fixture
def ada(hq):
    upsert_members(hq, [MemberFacts(REF, name="Ada L.", home_store="S1")])


@pytest.fixture
def web(hq):
    with serving(hq) as asked:
        yield asked


def asked(link, seed=7, **changes) -> BindRequest:
    key, token = a_signing_key(seed), link.url.partition("#")[2]
    public = key.public_key().public_bytes_raw()
    facts = {"token": token, "key": public, "proof": key.sign(bind_message(token=token, key=public))}
    return BindRequest(**facts | changes)


def token_keys(hq):
    return {
        each.kid.encode(): TokenKey(hq.keys.key(each.kid).public_key())
        for each in public_keys(hq.keys, nbf_ms=0)
        if each.use == "token"
    }


def level(hq, text, now_ms=NOW_MS):
    return getattr(parse(text, keys=token_keys(hq), now_ms=now_ms), "level", None)


def test_a_link_binds_one_phone(hq, ada) -> None:
    link = new_link(hq, REF, url=URL + "/")
    assert re.fullmatch(URL + r"/phone#[0-9A-Z]{32}", link.url) and link.expires_ms == NOW_MS + LINK_LIFE_MS
    (kept,) = rows(hq, phone_token)
    assert link.url[-32:] not in str(kept)  # only its hash
    bound = bind(hq, asked(link))
    token = read_token(bound.token, keys=token_keys(hq), now_ms=NOW_MS)
    assert token.phone == a_signing_key(7).public_key().public_bytes_raw()
    assert (token.expires_ms, bound.time_ms) == (bound.expires_ms, NOW_MS)
    assert level(hq, Phone(bound.token).shows(NOW_MS)) == "A3"
    assert level(hq, written(SIGNED_PREFIX, bound.token)) == "A2"


def test_it_is_used_up_by_the_first_phone_which_may_ask_again(hq, clock, ada) -> None:
    """HQ's answer may be lost on the way; the page has kept its key by then."""
    link = new_link(hq, REF, url=URL)
    assert bind(hq, asked(link, 7)) is not None
    assert bind(hq, asked(link, 8)) is None
    clock.set_ms(NOW_MS + LINK_LIFE_MS - 1)
    assert bind(hq, asked(link, 7)) is not None
    clock.set_ms(NOW_MS + LINK_LIFE_MS)
    assert bind(hq, asked(link, 7)) is None


def test_a_link_is_good_for_ten_minutes_and_then_forgotten(hq, clock, ada) -> None:
    links = [new_link(hq, REF, url=URL) for _ in range(2)]
    clock.set_ms(NOW_MS + LINK_LIFE_MS - 1)
    assert bind(hq, asked(links[0])) is not None
    clock.set_ms(NOW_MS + LINK_LIFE_MS)
    assert bind(hq, asked(links[1])) is None
    new_link(hq, REF, url=URL)
    assert count(hq, phone_token) == 1


def test_who_does_not_hold_the_key_uses_nothing_up(hq, ada) -> None:
    link = new_link(hq, REF, url=URL)
    good = asked(link)
    for changes in (
        {"key": a_signing_key(8).public_key().public_bytes_raw()},
        {"proof": b"x" * 64},
        {"proof": b""},
    ):
        with pytest.raises(faults.NotSigned):
            bind(hq, asked(link, **changes))
    assert bind(hq, asked(UNKNOWN_LINK)) is None
    assert bind(hq, good) is not None


def test_nobody_has_no_phone(hq) -> None:
    for ref, fault in ((REF, faults.NotHere), ("x", faults.NotPossible)):
        with pytest.raises(fault):
            new_link(hq, ref, url=URL)
        with pytest.raises(fault):
            roll_code(hq, ref)


def test_a_roll_withdraws_what_was_issued_before_and_not_what_comes_after(hq, clock, ada) -> None:
    clock.set_ms(NOW_MS + 999)  # a code says the second in which it was issued
    before, link = issue_code(hq, REF), new_link(hq, REF, url=URL)
    rolled = roll_code(hq, REF)
    (row,) = rows(hq, member)
    assert row.codes_from_ms == NOW_MS + 1000
    page = enrol_station(hq, "S1").session.changes(cursor=0, set_id=hq.set_id)
    (fact,) = [each.v for each in page.rows if each.t == "member"]
    assert fact["codes_from_ms"] == NOW_MS + 1000
    issued = [
        parse(text, keys=token_keys(hq), now_ms=NOW_MS + 1000).issued_ms
        for text in (before, rolled, reissue_code(hq, REF), issue_code(hq, REF))
    ]
    assert issued == [NOW_MS, NOW_MS + 1000, NOW_MS + 1000, NOW_MS + 1000]
    assert bind(hq, asked(link)) is None  # whoever saw the old link comes too late
    roll_code(hq, REF)  # in the same second
    assert rows(hq, member)[0].codes_from_ms == NOW_MS + 2000


def test_an_import_does_not_bring_withdrawn_codes_back(hq, ada) -> None:
    roll_code(hq, REF)
    upsert_members(hq, [MemberFacts(REF, name="Ada B.", home_store="S1")])
    assert rows(hq, member)[0].codes_from_ms == NOW_MS + 1000


@on("sqlite")
def test_the_commands(hq, folder, ada, homes) -> None:
    def say(*words, status=0):
        done = CliRunner().invoke(hq_cli, [*words, "--dir", str(folder)])
        assert done.exit_code == status, done.output
        return done.output

    assert re.fullmatch(r"http://127.0.0.1:8470/phone#[0-9A-Z]{32}\n", say("phone", REF))
    assert say("phone", REF, "--url", URL).startswith(URL + "/phone#")
    assert say("card", REF).startswith("L2:") and rows(hq, member)[0].codes_from_ms == 0
    assert say("card", REF, "--roll").startswith("L2:") and rows(hq, member)[0].codes_from_ms > 0
    assert "There is no member" in say("phone", "0000000000002", status=1)


@on("sqlite")
def test_over_the_web(hq, web, ada, homes) -> None:
    request = asked(new_link(hq, REF, url=URL))
    document = {
        "token": request.token,
        "key": b64encode(request.key).decode(),
        "proof": b64encode(request.proof).decode(),
    }
    said = web.post("/v1/phone/bind", content=orjson.dumps(document))
    assert said.status_code == 200 and said.json()["time_ms"] == NOW_MS
    for other, status, kind in (
        (asked(UNKNOWN_LINK), 410, "token_refused"),
        (structs.replace(request, proof=bytes(64)), 401, "signature"),
        (structs.replace(request, proof=request.proof[1:]), 400, "malformed"),
    ):
        refused = web.post("/v1/phone/bind", content=encode(other))
        assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (status, kind)
    for body in (
        b"",
        b"\xff",
        b"[" * 100_000,
        orjson.dumps(document | {"key": "AA=="}),
        orjson.dumps({"token": 1}),
    ):
        assert web.post("/v1/phone/bind", content=body).status_code == 400
    code = a_phone().shows(NOW_MS)
    drawn = web.post("/v1/phone/draw", content=code.encode()).json()
    assert drawn["modules"] == 61 and drawn["path"].startswith("M0 0h7v1H0z")
    assert web.post("/v1/phone/draw", content=b"L3:" + b"0" * 200).status_code == 200  # no logarithm of 0
    for body in (
        b"",
        b"https://evil.example",
        b"L3:" + b"A" * 5000,
        (code + "<").encode(),
        code.lower().encode(),
    ):
        assert web.post("/v1/phone/draw", content=body).status_code == 400


@on("sqlite")
def test_the_page_brings_nothing_of_others_and_lets_nothing_in(web, homes) -> None:
    for path, kind in (
        ("/phone", "text/html"),
        ("/phone/phone.js", "text/javascript"),
        ("/phone/phone.css", "text/css"),
    ):
        said = web.get(path)
        assert said.status_code == 200 and said.headers["content-type"].startswith(kind)
        policy = said.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert (said.headers["referrer-policy"], said.headers["cache-control"]) == ("no-referrer", "no-store")
    html = (files("hq.phone") / "page" / "phone.html").read_text(encoding="utf-8")
    assert "//" not in html and not re.search(r"\son\w+=|style=|<script>", html)


def test_hq_draws_what_our_scanner_s_side_draws() -> None:
    code = a_phone().shows(NOW_MS)
    drawn = drawing.draw(code.encode(), now_ms=NOW_MS)
    expected = qr_modules(code)[QUIET_MODULES:-QUIET_MODULES, QUIET_MODULES:-QUIET_MODULES]
    painted = [[False] * drawn.modules for _ in range(drawn.modules)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1H\1z", drawn.path):
        for place in range(int(x), int(x) + int(width)):
            painted[int(y)][place] = True
    assert painted == expected.tolist()
