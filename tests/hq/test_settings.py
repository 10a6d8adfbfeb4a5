"""Settings: languages, limits of stations and cashiers, what new members agree to, and the brand with its contrasts."""

import re
from base64 import b64encode

import pytest

from hq.access.actor import SYSTEM
from hq.access.scopes import Scope
from hq.audit.service import list_audit
from hq.brand.service import newest_brand
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.faults import ChangedMeanwhile, NotPossible
from hq.settings import consents as asking
from hq.settings import limits as limiting
from hq.settings.consents import Consent
from hq.settings.service import change_languages, read_languages
from tests.core.test_brand import png
from tests.hq.asking_api import Console, api_of
from tests.hq.server import serving

NEWS = Consent("news", "1", {"en": "We may write to you.", "ko": "소식을 보내도 됩니다."})


def program(hq):
    with hq.database.reading() as connection:
        return program_of(hq, connection, newest_version(connection, "program"))


def test_languages_are_kept_in_order_and_changed_by_one_at_a_time(hq) -> None:
    assert read_languages(hq).languages == ("en",)
    stands = change_languages(hq, SYSTEM, ("ko", "en"), version=0)
    assert read_languages(hq) == stands
    assert stands.languages == ("ko", "en")
    with pytest.raises(ChangedMeanwhile):
        change_languages(hq, SYSTEM, ("ru",), version=0)
    for wrong in ((), ("xx",), ("en", "xx")):
        with pytest.raises(NotPossible):
            change_languages(hq, SYSTEM, wrong)
    assert list_audit(hq)[0].action == "settings.languages"


def test_limits_that_are_published_are_the_programs(hq) -> None:
    limits = limiting.read_limits(hq, "EUR")
    assert limits.drafted == limits.published
    wanted = {**limits.drafted, "warn_hours": 12, "stale_hours": 48, "A1_value": 500, "reversal_value": 1_000}
    drafted = limiting.draft_limits(hq, SYSTEM, wanted, "EUR")
    assert drafted.has_changes
    assert drafted.published == limits.published
    before = program(hq).version
    assert limiting.publish_limits(hq, SYSTEM) == before + 1
    now = program(hq)
    assert (now.authority.warn_ms, now.authority.stale_ms) == (12 * 3_600_000, 48 * 3_600_000)
    assert now.authority.floor("A1").value == 500
    assert now.authority.floor("A2").value == limits.published["A2_value"]
    assert now.reversals.value_max == 1_000
    assert not limiting.read_limits(hq, "EUR").has_changes


def test_a_limit_that_is_as_usual_again_is_left_out(hq) -> None:
    limits = limiting.read_limits(hq, "EUR").drafted
    limiting.draft_limits(hq, SYSTEM, {**limits, "days": 5}, "EUR")
    assert limiting.read_limits(hq, "EUR").drafted["days"] == 5
    limiting.draft_limits(hq, SYSTEM, limits, "EUR")
    assert not limiting.read_limits(hq, "EUR").has_changes
    with pytest.raises(NotPossible):
        limiting.publish_limits(hq, SYSTEM)


def test_limits_that_contradict_each_other_are_refused(hq) -> None:
    limits = limiting.read_limits(hq, "EUR").drafted
    for wrong in ({"warn_hours": 100, "stale_hours": 50}, {"days": -1}, {"own_times": 1_000_000}):
        with pytest.raises(NotPossible):
            limiting.draft_limits(hq, SYSTEM, {**limits, **wrong}, "EUR")


def test_consents_are_drafted_published_and_never_changed_under_their_version(hq) -> None:
    asking.draft_consents(hq, SYSTEM, [NEWS])
    asking.publish_consents(hq, SYSTEM)
    (asked,) = program(hq).consents
    assert (asked.what, asked.version, asked.texts["ko"]) == ("news", "1", NEWS.texts["ko"])
    other = {"en": "We may write to you often."}
    with pytest.raises(NotPossible):
        asking.draft_consents(hq, SYSTEM, [Consent("news", "1", other)])
    asking.draft_consents(hq, SYSTEM, [Consent("news", "2", other)])
    assert asking.read_consents(hq).published == (NEWS,)
    asking.publish_consents(hq, SYSTEM)
    asking.draft_consents(hq, SYSTEM, [])
    asking.publish_consents(hq, SYSTEM)
    assert program(hq).consents == ()


@pytest.mark.parametrize(
    "wrong",
    [
        [Consent("", "1", {"en": "x"})],
        [Consent("news", "", {"en": "x"})],
        [Consent("news", "1", {"en": "  "})],
        [Consent("news", "1", {"en": "x" * 301})],
        [NEWS, NEWS],
        [Consent(f"c{n}", "1", {"en": "x"}) for n in range(6)],
    ],
)
def test_consents_that_stations_could_not_read_are_refused(hq, wrong) -> None:
    with pytest.raises(NotPossible):
        asking.draft_consents(hq, SYSTEM, wrong)


def test_a_brand_by_the_api_says_how_it_is_worn(hq) -> None:
    with api_of(hq) as api:
        pale = {"name": "Blue Bean", "color": "#FFF3A0", "logo": b64encode(png()).decode()}
        checked = api.post("/v1/settings/brand/check", pale)
        assert checked.status_code == 200
        worn = {each["theme"]: each for each in checked.json()["worn"]}
        assert worn["light"]["is_corrected"]
        assert worn["light"]["contrast"] >= 3
        assert all(each["ink_contrast"] >= 4.5 for each in worn.values())
        assert newest_brand(hq).name == ""
        assert api.put("/v1/settings/brand", pale).json()["version"] > 0
        assert newest_brand(hq).logo == png()
        assert api.get("/v1/settings/brand").json()["name"] == "Blue Bean"
        cut = b64encode(png()[:-20]).decode()
        for wrong in (
            {"color": "blue"},
            *({"logo": each} for each in ("AAAA", "A", cut)),
            {"portal": "http://x"},
        ):
            assert api.put("/v1/settings/brand", wrong).status_code == 409
        said = api.put("/v1/settings/languages", {"languages": ["en", "ko"]})
        assert said.json() == {"languages": ["en", "ko"], "version": 1}
    assert "brand.published" in [row.action for row in list_audit(hq)]


def test_reading_settings_changes_none(hq) -> None:
    with api_of(hq, Scope.SETTINGS_READ) as api:
        assert api.put("/v1/settings/brand", {"name": "X"}).status_code == 403
        assert api.put("/v1/settings/languages", {"languages": ["en"]}).status_code == 403


def test_the_corrected_colour_is_shown_before_a_brand_is_published(hq, made) -> None:
    with serving(hq) as web:
        console = Console(web)
        console.sign_in("admin", made[1].password)
        console.get("/console/settings/brand")
        seen = console.send(
            "/console/settings/brand", do="look", name="Blue Bean", has_color="1", color="#fff3a0"
        )
        assert "Nothing is published yet." in seen.text
        assert "corrected" in seen.text
        assert newest_brand(hq).name == ""
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', seen.text))
        console.send("/console/settings/brand", **{**hidden, "do": "publish"})
        assert (newest_brand(hq).name, newest_brand(hq).color) == ("Blue Bean", "#FFF3A0")
        assert ">Blue Bean<" in console.get("/console/settings").text


def test_limits_and_consents_are_set_on_their_pages(hq, made) -> None:
    with serving(hq) as web:
        console = Console(web)
        console.sign_in("admin", made[1].password)
        page = console.get("/console/settings/limits").text
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.partition('class="stack wide"')[2]))
        fields.pop("do", None)
        sent = console.send("/console/settings/limits", **{**fields, "warn_hours": "6", "do": "publish"})
        assert sent.status_code == 200
        assert program(hq).authority.warn_ms == 6 * 3_600_000
        wrong = console.send("/console/settings/limits", **{**fields, "days": "many", "do": "draft"})
        assert wrong.status_code == 409
        assert 'value="many"' in wrong.text
        console.get("/console/settings/consents")
        asked = {"what-0": "news", "version-0": "1", "text-0-en": "We may write to you.", "do": "publish"}
        assert "We may write to you." in console.send("/console/settings/consents", **asked).text
        assert [each.what for each in program(hq).consents] == ["news"]
        gone = console.send("/console/settings/consents", **{**asked, "gone-0": "1"})
        assert gone.status_code == 200
        assert program(hq).consents == ()
        assert "Korean" in console.get("/console/settings/languages").text
        console.send("/console/settings/languages", first="ko", language="en")
    assert read_languages(hq).languages == ("ko", "en")


def test_a_refused_brand_loses_no_logo(hq, made) -> None:
    with serving(hq) as web:
        console = Console(web)
        console.sign_in("admin", made[1].password)
        console.get("/console/settings/brand")
        shown = {"do": "look", "name": "Blue Bean", "shown_logo": b64encode(png()).decode()}
        refused = console.send("/console/settings/brand", **shown, portal="http://plain.example")
        assert refused.status_code == 409
        assert f'name="shown_logo" value="{shown["shown_logo"]}"' in refused.text
        cut = console.upload("/console/settings/brand", {"do": "look"}, logo=png()[:-20])
        assert cut.status_code == 409 and "This logo is not whole" in cut.text
        large = console.upload("/console/settings/brand", {"do": "look"}, logo=png() + bytes(200 * 1024))
        assert "A logo has at most 96 KiB; this one has 201." in large.text


def test_a_form_from_before_another_change_is_not_taken_unseen(hq, made) -> None:
    with serving(hq) as web:
        console = Console(web)
        console.sign_in("admin", made[1].password)
        page = console.get("/console/settings/limits").text
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.partition('class="stack wide"')[2]))
        fields |= {"do": "publish"}
        fields.pop("form_id")
        console.send("/console/settings/limits", **{**fields, "warn_hours": "6"})
        stale = console.send("/console/settings/limits", **{**fields, "days": "9"})
        assert stale.status_code == 412 and "Somebody else changed this meanwhile." in stale.text
        assert program(hq).authority.warn_ms == 6 * 3_600_000 and 'value="9"' in stale.text
        meant = {**fields, "days": "9", "seen": re.search(r'name="seen" value="(\w+)"', stale.text)[1]}
        assert console.send("/console/settings/limits", **meant).status_code == 200
        old = re.search(r'name="seen" value="(\w+)"', console.get("/console/settings/consents").text)[1]
        asked = {"what-0": "news", "version-0": "1", "text-0-en": "We may write to you.", "do": "publish"}
        assert console.send("/console/settings/consents", **asked, seen=old).status_code == 200
        assert console.send("/console/settings/consents", seen=old, do="publish").status_code == 412
        assert [each.what for each in program(hq).consents] == ["news"]
