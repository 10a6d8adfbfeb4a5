"""Staff, keys and jobs on the console's pages."""

import re

import pytest

from hq.access.actor import SYSTEM
from hq.access.scopes import Role, Scope
from hq.jobs.service import Step, start_job, work, worker
from hq.staff import office
from hq.staff.words import RIGHTS, ROLES
from tests.hq.asking_api import Api, Console
from tests.hq.server import Web

SECRET = "correct horse battery"


def somebody(hq, web, role):
    link = office.add_office_person(hq, SYSTEM, name=f"A {role.value}", role=role)
    office.choose_password(hq, link.token, SECRET)
    browser = Console(Web(web.url))
    assert browser.sign_in(f"A {role.value}", SECRET).status_code == 200
    return browser


def test_somebody_is_added_and_their_link_shown_once(console, hq) -> None:
    console.get("/console/staff/new")
    made = console.send("/console/staff/new", name="Mara Field", role="junior", percent="12.5", amount="20")
    assert re.search(r"/console/password\?token=[0-9A-Z]{32}", made.text)
    assert "token=" not in made.url
    person = office.find_office_person(hq, "Mara Field")
    assert (person.role, person.ceilings.percent, person.ceilings.amount) == (Role.JUNIOR, 1_250, 2_000)
    page = console.get("/console/staff/person/Mara%20Field").text
    assert 'name="percent" value="12.50"' in page
    assert "12.50 %" in console.get("/console/staff").text


@pytest.mark.parametrize("typed", ["-1", "101", "ten", "1e400", "0.001", "NaN"])
def test_a_ceiling_that_is_none_is_refused_and_stays_typed(console, hq, typed) -> None:
    console.get("/console/staff/new")
    answer = console.send("/console/staff/new", name="Mara", role="junior", percent=typed)
    assert answer.status_code == 409
    assert f'name="percent" value="{typed}"' in answer.text
    assert [person.name for person in office.list_office(hq)] == ["admin"]


def test_somebodys_role_is_changed_on_their_page(console, hq) -> None:
    office.add_office_person(hq, SYSTEM, name="Mara", role=Role.JUNIOR)
    page = console.get("/console/staff/person/Mara").text
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    console.send("/console/staff/person/Mara", role="support", version=version, points="500")
    person = office.find_office_person(hq, "Mara")
    assert (person.role, person.ceilings.points) == (Role.SUPPORT, 500)
    late = console.send("/console/staff/person/Mara", role="analyst", version=version)
    assert late.status_code == 412
    removed = console.send("/console/staff/person/Mara/remove", reason="left")
    assert "They are let in no more" in removed.text
    assert console.get("/console/staff/person/Mara").status_code == 404


def test_who_only_reads_sees_no_way_to_change(web, hq) -> None:
    auditor = somebody(hq, web, Role.AUDITOR)
    assert "Add somebody" not in auditor.get("/console/staff").text
    assert auditor.get("/console/staff/new").status_code == 403
    assert auditor.send("/console/staff/new", name="Mara", role="admin").status_code == 403
    assert auditor.get("/console/keys/new").status_code == 403


def test_who_has_no_right_is_told_so_and_has_no_line_in_the_navigation(web, hq) -> None:
    marketer = somebody(hq, web, Role.MARKETER)
    answer = marketer.get("/console/staff")
    assert answer.status_code == 403
    assert "This is not allowed" in answer.text
    assert 'href="/console/staff"' not in marketer.get("/console/me").text


def test_a_key_is_made_used_rotated_and_revoked(console, web) -> None:
    console.get("/console/keys/new")
    made = console.send("/console/keys/new", name="Shop system", scope="audit:read")
    text = re.search(r"tsk_[0-9A-Z]{10}_[0-9A-Z]{32}", made.text)[0]
    assert Api(web, text).get("/v1/audit").status_code == 200
    assert Api(web, text).get("/v1/keys").status_code == 403
    key_id = text.split("_")[1]
    page = console.get(f"/console/keys/key/{key_id}").text
    assert text not in page
    rotated = console.send(f"/console/keys/key/{key_id}/rotate", hours="1")
    new = re.search(r"tsk_[0-9A-Z]{10}_[0-9A-Z]{32}", rotated.text)[0]
    assert Api(web, new).get("/v1/audit").status_code == 200
    console.send(f"/console/keys/key/{key_id}/revoke", reason="not used")
    assert Api(web, text).get("/v1/audit").status_code == 401
    assert Api(web, new).get("/v1/audit").status_code == 200


def test_a_key_without_rights_is_refused(console) -> None:
    console.get("/console/keys/new")
    assert console.send("/console/keys/new", name="Nothing").status_code == 409


@worker("test.three_steps")
def _three_steps(hq, connection, job):
    n = job.place.get("n", 0) + 1
    return Step({"n": n} if n < 3 else None, n, 3, "Counting.")


def test_a_job_is_watched_and_stopped_by_whom_it_is(console, web, hq) -> None:
    job = start_job(hq, SYSTEM, "test.three_steps", {}, total=3)
    page = console.get(f"/console/jobs/job/{job.job_id}").text
    assert "data-again" in page
    analyst = somebody(hq, web, Role.ANALYST)
    assert "Stop this job" not in analyst.get(f"/console/jobs/job/{job.job_id}").text
    assert analyst.send(f"/console/jobs/job/{job.job_id}/stop").status_code == 403
    work(hq)
    done = console.get(f"/console/jobs/job/{job.job_id}").text
    assert "data-again" not in done
    assert "3 / 3" in done
    other = start_job(hq, SYSTEM, "test.three_steps", {})
    console.get(f"/console/jobs/job/{other.job_id}")
    assert "stopped" in console.send(f"/console/jobs/job/{other.job_id}/stop").text


@worker("test.fails")
def _fails(hq, connection, job):
    raise office.NotPossible("There was no file.")


def test_failed_jobs_are_behind_the_bell(console, hq) -> None:
    start_job(hq, SYSTEM, "test.fails", {})
    work(hq)
    assert "Jobs that failed in the last day: 1" in console.get("/console/alerts").text
    assert "There was no file." in console.get("/console/jobs?state=failed").text


def test_every_right_and_role_has_its_words() -> None:
    assert set(RIGHTS) == set(Scope)
    assert set(ROLES) == set(Role)


def test_a_person_is_found_by_the_search(console, hq) -> None:
    office.add_office_person(hq, SYSTEM, name="Zora Quill", role=Role.ANALYST)
    assert console.get("/console/search?q=zora").url.endswith("/console/staff/person/Zora%20Quill")


def test_the_audit_is_searched_by_what_people_know(console, hq) -> None:
    office.add_office_person(hq, SYSTEM, name="Zora Quill", role=Role.ANALYST)
    added = console.get("/console/audit?action=staff.added").text
    assert '<option value="staff.added" selected>Person added</option>' in added
    assert (
        "staff:Zora Quill" in console.get("/console/audit?about=Zora+Quill").text
    )  # the kind need not be said
    assert "Nothing was done yet that fits." in console.get("/console/audit?until=2001-01-01").text
    assert "staff:Zora Quill" in console.get("/console/audit?since=2001-01-01&until=2099-01-01").text
    file = console.get("/console/audit/list.csv?action=staff.added").text
    assert file.count("staff.added") == 1 and "Zora Quill" in file


@pytest.mark.parametrize("field", ["percent", "amount", "points"])
def test_a_wrong_ceiling_names_its_field(console, field) -> None:
    labels = {"percent": "Percentage", "amount": "Amount", "points": "Points"}
    console.get("/console/staff/new")
    page = console.send("/console/staff/new", name="Mara", role="junior", **{field: "much"})
    assert f"{labels[field]} at most: Type a" in page.text
