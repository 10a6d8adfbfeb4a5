"""What people type is done once, isn't lost with a session, and numbers are read as they are meant."""

import html
import re

import pytest

from app.core.money import CURRENCIES
from hq.builder.typed import TypedWrong, to_milli, to_minor, to_whole
from hq.campaigns.drafting import list_campaigns
from hq.campaigns.rows import State
from hq.console.fault_sentences import retold
from hq.staff.passwords import end_sessions

MADE = {"start": "off_from", "name": "Autumn", "starts_day": "2030-01-01", "ends_day": ""}
FORM = "A" * 20


def made(hq):
    return sorted(row.name for row in list_campaigns(hq)[0] if row.state is State.DRAFT)


def test_a_form_that_is_sent_twice_is_done_once(hq, console) -> None:
    places = {console.send("/console/campaigns/-/new", form_id=FORM, **MADE).url for _ in range(2)}
    assert made(hq) == ["Autumn"] and len(places) == 1
    console.send("/console/campaigns/-/new", form_id=FORM, **MADE | {"name": "Winter"})
    assert made(hq) == ["Autumn", "Winter"]


def test_what_is_shown_once_is_not_done_again_and_what_was_refused_may_be(hq, console) -> None:
    key = {"name": "shop", "scope": "members:read", "form_id": FORM}
    assert console.send("/console/keys/new", **key | {"name": ""}).status_code == 409
    assert "tsk_" in console.send("/console/keys/new", **key).text
    again = console.send("/console/keys/new", **key)
    assert again.status_code == 409 and "This form was sent twice." in again.text
    assert console.get("/console/keys").text.count(">shop<") == 1


def test_what_was_typed_is_sent_behind_a_new_sign_in(hq, console, password) -> None:
    hq.database.write(lambda connection: end_sessions(connection, "admin"))
    asked = console.send("/console/campaigns/-/new", **MADE | {"name": 'A "new" <one>'})
    assert asked.status_code == 401 and made(hq) == []
    kept = html.unescape(re.search(r'name="kept" value="([^"]+)"', asked.text)[1])
    signed_in = console.send("/console/sign-in", name="admin", password=password, kept=kept)
    fields = re.findall(r'<textarea name="([^"]+)" hidden>\n([^<]*)</textarea>', signed_in.text)
    console.send("/console/campaigns/-/new", **{name: html.unescape(text) for name, text in fields})
    assert made(hq) == ['A "new" <one>']


def test_a_page_says_what_a_form_of_this_session_did_and_nothing_that_a_link_brings(console) -> None:
    done = console.send("/console/campaigns/-/new", **MADE)
    place = done.url.removeprefix(console.web.url)
    clone = console.send(place.replace("/edit/what", "/clone"))
    assert '<p class="said" role="status">This is a copy, with rules of its own.</p>' in clone.text
    assert "Call this number" not in console.get(f"{place}?said=0123456789abcdefCall this number").text


def test_faults_with_values_are_told_in_the_page_s_language() -> None:
    needs = "This needs the right members:write, which Ada does not have."
    assert retold(needs, "ko", str) == "Ada 님에게 없는 권한이 필요합니다: “회원 추가와 변경”."
    above = "It gives up to 1050, and Ada may give 500 without another's approval (minor units)."
    assert retold(above, "en", lambda minor: f"{minor / 100:.2f} USD").startswith(
        "It gives up to 10.50 USD, and"
    )


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,000", "USD", 100_000),
        ("12,5", "USD", 1_250),
        ("1,234.50", "USD", 123_450),
        ("10,000", "KRW", 10_000),
    ],
)
def test_a_comma_sets_thousands_apart_or_decimals(text, currency, minor) -> None:
    assert to_minor(text, CURRENCIES[currency]) == minor


@pytest.mark.parametrize("text", ["10.000", "1,00,0", "0.005", "1e3", "١٢"])
def test_a_number_that_could_mean_two_things_is_not_guessed(text) -> None:
    with pytest.raises(TypedWrong):
        to_minor(text, CURRENCIES["USD"])
    with pytest.raises(TypedWrong):
        to_milli("1,500")
    assert to_whole("-1,500") == -1_500
