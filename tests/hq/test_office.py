"""Head office's people: nobody gives more than they have, nobody changes their own rights, an administrator stays."""

import re

import pytest
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from hq.access.actor import SYSTEM, Ceilings, of_person
from hq.access.api_keys import create_key
from hq.access.scopes import Role, Scope
from hq.audit.service import list_audit
from hq.console.sessions import session_of, sign_in
from hq.faults import ChangedMeanwhile, Forbidden, NotHere, NotPossible
from hq.staff import office
from tests.databases import on

SECRET = "correct horse battery"
ADMIN = of_person("admin", Role.ADMIN)


def add(hq, name, role=Role.JUNIOR, **ceilings):
    link = office.add_office_person(hq, SYSTEM, name=name, role=role, ceilings=Ceilings(**ceilings))
    office.choose_password(hq, link.token, SECRET)
    return of_person(name, role, Ceilings(**ceilings))


def test_ceilings_and_stores_count_from_the_next_click_on(hq) -> None:
    add(hq, "Jun", percent=1_000, stores=frozenset({"S1"}))
    token = sign_in(hq, "Jun", SECRET)
    assert session_of(hq, token).actor.ceilings == Ceilings(percent=1_000, stores=frozenset({"S1"}))
    office.change_office_person(hq, ADMIN, "Jun", role=Role.MARKETER, ceilings=Ceilings(amount=5_000))
    actor = session_of(hq, token).actor
    assert (actor.role, actor.ceilings) == (Role.MARKETER, Ceilings(amount=5_000))


def test_whoever_is_removed_is_out_at_once_and_their_name_is_not_given_again(hq) -> None:
    add(hq, "Jun")
    token = sign_in(hq, "Jun", SECRET)
    office.remove_office_person(hq, ADMIN, "Jun", reason="moved away")
    assert session_of(hq, token) is None
    with pytest.raises(NotHere):
        office.find_office_person(hq, "Jun")
    with pytest.raises(NotPossible):
        office.add_office_person(hq, ADMIN, name="jun", role=Role.ANALYST)
    assert list_audit(hq)[0].reason == "moved away"


def test_the_last_administrator_stays(hq) -> None:
    add(hq, "Second", Role.ADMIN)
    second = of_person("Second", Role.ADMIN)
    office.remove_office_person(hq, second, "admin")
    with pytest.raises(NotPossible):
        office.remove_office_person(hq, SYSTEM, "Second")
    with pytest.raises(NotPossible):
        office.change_office_person(hq, SYSTEM, "Second", role=Role.MARKETER)


def test_nobody_changes_their_own_rights(hq) -> None:
    for do in (
        lambda: office.change_office_person(hq, ADMIN, "admin", role=Role.MARKETER),
        lambda: office.remove_office_person(hq, ADMIN, "admin"),
    ):
        with pytest.raises(Forbidden):
            do()


def test_nobody_gives_more_than_they_have(hq) -> None:
    add(hq, "Jun")
    few = of_person("key:few", Role.MARKETER)
    with pytest.raises(Forbidden):
        office.add_office_person(hq, few, name="Boss", role=Role.ADMIN)
    under = of_person("Under", Role.ADMIN, Ceilings(percent=2_000))
    with pytest.raises(Forbidden):
        office.add_office_person(hq, under, name="Free", role=Role.JUNIOR)
    with pytest.raises(Forbidden):
        office.change_office_person(hq, under, "Jun", ceilings=Ceilings(percent=2_000))  # Jun has none
    assert office.add_office_person(hq, under, name="Low", role=Role.JUNIOR, ceilings=Ceilings(percent=2_000))


def test_whoever_has_fewer_rights_makes_no_link_for_one_with_more(hq) -> None:
    few = of_person("key:few", Role.SUPPORT)
    with pytest.raises(Forbidden):
        office.give_link(hq, few, "admin")


def test_a_key_has_no_higher_ceilings_than_who_made_it(hq) -> None:
    under = of_person("Under", Role.ADMIN, Ceilings(percent=2_000, stores=frozenset({"S1"})))
    scopes = (Scope.CAMPAIGNS_PUBLISH,)
    for higher in (
        Ceilings(percent=3_000, stores=frozenset({"S1"})),
        Ceilings(stores=frozenset({"S1"})),
        Ceilings(percent=1_000),
        Ceilings(percent=1_000, stores=frozenset({"S1", "S2"})),
    ):
        with pytest.raises(Forbidden):
            create_key(hq, under, name="k", scopes=scopes, ceilings=higher)
    lower = Ceilings(percent=1_000, stores=frozenset({"S1"}))
    assert create_key(hq, under, name="k", scopes=scopes, ceilings=lower)[0].ceilings == lower
    assert create_key(hq, under, name="k", scopes=scopes)[0].ceilings == under.ceilings


def test_a_change_of_what_somebody_else_changed_is_refused(hq) -> None:
    add(hq, "Jun")
    version = office.find_office_person(hq, "Jun").version
    office.change_office_person(hq, ADMIN, "Jun", role=Role.ANALYST, version=version)
    with pytest.raises(ChangedMeanwhile):
        office.change_office_person(hq, ADMIN, "Jun", role=Role.SUPPORT, version=version)


@pytest.mark.parametrize("name", ["", "  ", "hq", "HQ", "key:abc", "a/b", "x" * 61, "a\x00b", "a\nb\x07"])
def test_names_that_the_audit_could_mistake_are_refused(hq, name) -> None:
    with pytest.raises(NotPossible):
        office.add_office_person(hq, ADMIN, name=name, role=Role.ANALYST)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaa", "my name is Jun now", "x" * 201])
def test_passwords_that_are_easy_to_guess_are_refused(hq, password) -> None:
    link = office.add_office_person(hq, ADMIN, name="Jun", role=Role.ANALYST)
    with pytest.raises(NotPossible):
        office.choose_password(hq, link.token, password)
    assert office.name_of_link(hq, link.token) == "Jun"


def test_a_store_that_is_not_there_can_be_nobodys(hq) -> None:
    with pytest.raises(NotPossible):
        office.add_office_person(
            hq, ADMIN, name="Sto", role=Role.STORE_MANAGER, ceilings=Ceilings(stores=frozenset({"S9"}))
        )


@on("sqlite")
def test_an_administrator_who_forgot_their_password_is_let_in_by_a_command(hq, folder) -> None:
    told = CliRunner().invoke(hq_cli, ["password", "admin", "--dir", str(folder)])
    assert told.exit_code == 0, told.output
    token = re.search(r"/console/password\?token=([0-9A-Z]+)", told.output)[1]
    assert office.choose_password(hq, token, "correct horse battery") == "admin"
    assert sign_in(hq, "admin", "correct horse battery")
    nobody = CliRunner().invoke(hq_cli, ["password", "nobody", "--dir", str(folder)])
    assert nobody.exit_code == 1 and "nobody of this name" in nobody.output
