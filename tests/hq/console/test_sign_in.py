"""Signing in: wrong passwords lock a name for a while, links choose a password once, sessions end."""

import re

import pytest

from hq import admission
from hq.access.actor import SYSTEM
from hq.access.scopes import Role
from hq.console.sessions import session_of, sign_in
from hq.faults import NotHere, NotSignedIn, TooMany
from hq.staff import office
from hq.staff.passwords import LINK_MS, LOCKED_MS, MISSES_MAX
from tests.hq.asking_api import Console

SECRET = "correct horse battery"


def miss(hq, name, times):
    for _ in range(times):
        with pytest.raises(NotSignedIn):
            sign_in(hq, name, "wrong")


def test_a_name_is_locked_after_wrong_passwords_and_only_for_a_while(hq, clock, password) -> None:
    miss(hq, "admin", MISSES_MAX)
    with pytest.raises(TooMany):
        sign_in(hq, "admin", password)
    clock.set_ms(clock.now_ms() + LOCKED_MS)
    assert sign_in(hq, "admin", password)


def test_a_name_that_nobody_has_is_locked_like_one_that_somebody_has(hq) -> None:
    miss(hq, "nobody", MISSES_MAX)
    with pytest.raises(TooMany):
        sign_in(hq, "nobody", "wrong")


def test_the_right_password_counts_from_none_again(hq, password) -> None:
    miss(hq, "admin", MISSES_MAX - 1)
    sign_in(hq, "admin", password)
    miss(hq, "admin", MISSES_MAX - 1)
    assert sign_in(hq, "admin", password)


def test_names_are_locked_one_by_one(hq, password) -> None:
    miss(hq, "other", MISSES_MAX)
    assert sign_in(hq, "admin", password)


def test_a_link_chooses_a_password_once(hq) -> None:
    link = office.add_office_person(hq, SYSTEM, name="Mara", role=Role.SUPPORT)
    assert office.choose_password(hq, link.token, SECRET) == "Mara"
    with pytest.raises(NotHere):
        office.choose_password(hq, link.token, SECRET + "2")
    assert sign_in(hq, "Mara", SECRET)


def test_a_link_is_good_for_a_day(hq, clock) -> None:
    link = office.add_office_person(hq, SYSTEM, name="Mara", role=Role.SUPPORT)
    clock.set_ms(clock.now_ms() + LINK_MS)
    with pytest.raises(NotHere):
        office.choose_password(hq, link.token, SECRET)


def test_a_newer_link_ends_the_older(hq) -> None:
    old = office.add_office_person(hq, SYSTEM, name="Mara", role=Role.SUPPORT)
    new = office.give_link(hq, SYSTEM, "Mara")
    with pytest.raises(NotHere):
        office.name_of_link(hq, old.token)
    assert office.name_of_link(hq, new.token) == "Mara"


def test_a_link_lets_a_locked_name_in_again(hq, password) -> None:
    miss(hq, "admin", MISSES_MAX)
    office.give_link(hq, SYSTEM, "admin")
    assert sign_in(hq, "admin", password)


def test_nobody_signs_in_without_a_password(hq) -> None:
    office.add_office_person(hq, SYSTEM, name="Mara", role=Role.SUPPORT)
    for tried in ("", " ", "x"):
        with pytest.raises(NotSignedIn):
            sign_in(hq, "Mara", tried)


def test_a_new_password_ends_the_sessions_at_other_browsers(hq) -> None:
    link = office.add_office_person(hq, SYSTEM, name="Mara", role=Role.SUPPORT)
    office.choose_password(hq, link.token, SECRET)
    here, there = sign_in(hq, "Mara", SECRET), sign_in(hq, "Mara", SECRET)
    session = session_of(hq, here)
    office.change_password(hq, session.actor, old=SECRET, new=SECRET + " staple", session=session.token_hash)
    assert session_of(hq, here) is not None
    assert session_of(hq, there) is None


def test_a_password_chosen_by_a_link_ends_all_sessions(hq, password) -> None:
    token = sign_in(hq, "admin", password)
    office.choose_password(hq, office.give_link(hq, SYSTEM, "admin").token, SECRET)
    assert session_of(hq, token) is None


def test_a_link_opens_a_page_and_signs_in(web, hq) -> None:
    link = office.add_office_person(hq, SYSTEM, name="Mara", role=Role.SUPPORT)
    browser = Console(web)
    assert "You are Mara." in browser.get(f"/console/password?token={link.token}").text
    short = browser.send("/console/password", token=link.token, new="short", again="short")
    assert short.status_code == 409
    assert "12 to 200 characters" in short.text
    unequal = browser.send("/console/password", token=link.token, new=SECRET, again=SECRET + "x")
    assert unequal.status_code == 409
    done = browser.send("/console/password", token=link.token, new=SECRET, again=SECRET)
    assert done.status_code == 200
    assert "Mara" in browser.get("/console/me").text
    gone = browser.get(f"/console/password?token={link.token}")
    assert gone.status_code == 404


def test_the_page_says_that_a_name_is_locked(web) -> None:
    browser = Console(web)
    for _ in range(MISSES_MAX):
        assert browser.sign_in("admin", "wrong").status_code == 401
    locked = browser.sign_in("admin", "wrong")
    assert locked.status_code == 429
    assert "tried too often" in locked.text


def test_an_address_that_tries_many_names_is_slowed_down(web, monkeypatch, counting_sign_ins) -> None:
    monkeypatch.setattr("hq.api.rates.Rates.count_sign_in", counting_sign_ins)
    browser = Console(web)
    statuses = [browser.sign_in(f"name{n}", "wrong").status_code for n in range(12)]
    assert statuses.count(429) == 2


def test_after_signing_in_one_is_where_one_wanted_to_be_and_nowhere_else(web, password) -> None:
    browser = Console(web)
    assert "to=/console/audit" in browser.get("/console/audit?who=admin").url
    there = browser.send("/console/sign-in", name="admin", password=password, to="/console/audit?who=admin")
    assert there.url.endswith("/console/audit?who=admin")
    for place in ("https://example.org", "//example.org", "/console\\..\\x"):
        answer = Console(web).send("/console/sign-in", name="admin", password=password, to=place)
        assert answer.url.startswith(web.url)


def test_whoever_signed_out_is_out(console) -> None:
    console.get("/console/audit")
    console.send("/console/sign-out")
    assert "/console/sign-in" in console.get("/console/audit").url


def test_one_signs_oneself_out_at_other_browsers(web, console, password) -> None:
    other = Console(type(web)(web.url))
    other.sign_in("admin", password)
    assert re.search("another browser", console.get("/console/me").text)
    console.send("/console/me/sign-out-others")
    assert "/console/sign-in" in other.get("/console/me").url
    other.web.close()


def test_a_sign_in_that_waits_too_long_is_told_to_come_again(web, password, monkeypatch) -> None:
    """And not that its form is bad: the framework says that of whatever goes wrong while it reads one."""
    browser = Console(web)
    monkeypatch.setattr(admission, "PATIENCE_S", -1)
    answer = browser.sign_in("admin", password)
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert browser.sign_in("a" * (300 << 10), password).status_code == 413
