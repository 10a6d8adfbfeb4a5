"""Somebody comes to work in a store and goes again, on either database."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from hq.home import Hq
from hq.staff.people import ask_sign_in, list_people, remove_person, set_pin
from hq.tables import store_staff
from tests.hq.test_store_staff import add, rows


def test_a_person_comes_and_goes_on_either_database(hq: Hq) -> None:
    ben, eve = add(hq), add(hq, "Eve", store_id="S2")
    assert ask_sign_in(hq, "S1", is_needed=True) == 1
    set_pin(hq, ben, "8264")
    assert remove_person(hq, ben) == "S1", "nobody is left there to sign in"
    assert remove_person(hq, add(hq)) is None
    assert rows(hq)[0] == ("del", ben) and rows(hq, "S2") == [("put", eve)]
    assert [person.staff_id for person in list_people(hq)] == [eve]
    gone = list_people(hq, store_id="S1", every=True)
    assert {(person.name, person.state) for person in gone} == {("Ben", "removed")}
    with hq.database.reading() as connection:
        assert (
            connection.execute(
                select(store_staff.c.pin_hash).where(store_staff.c.staff_id == ben)
            ).scalar_one()
            == ""
        )


def test_what_a_statement_was_about_is_not_in_what_goes_wrong_with_it(hq: Hq) -> None:
    """It would stand in the log, which holds nobody's name."""
    ben = add(hq, "Zebedee")
    with hq.database.reading() as connection:
        row = dict(connection.execute(select(store_staff)).mappings().one())
    with pytest.raises(IntegrityError) as refused, hq.database.atomic() as connection:
        connection.execute(insert(store_staff), row)
    assert row["staff_id"] == ben and "store_staff" in str(refused.value)
    assert "Zebedee" not in str(refused.value) and "argon2" not in str(refused.value)
