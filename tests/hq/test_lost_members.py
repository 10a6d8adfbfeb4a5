"""A member whom HQ's database has lost is added again under the old reference, as the card in hand names it."""

import json

import pytest
from sqlalchemy import delete
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.core.codes import hash_number
from hq.tables import member, member_scope
from tests.databases import on
from tests.hq.test_ingest import rows

pytestmark = on("sqlite")


@pytest.fixture
def command(hq, folder):
    def give(*words, status=0):
        told = CliRunner().invoke(hq_cli, ["member", "Ada L.", *words, "--store", "S1", "--dir", str(folder)])
        assert told.exit_code == status, told.output
        return told.output

    return give


def lose(hq):
    with hq.database.atomic() as connection:
        connection.execute(delete(member_scope))
        connection.execute(delete(member))


@pytest.mark.parametrize("said", ["ref", "code"])
def test_a_lost_member_comes_back_under_the_old_reference_and_number(hq, command, said):
    old = json.loads(command())
    lose(hq)
    new = json.loads(command("--ref", old[said], "--number", old["number"].lower()))
    assert (new["ref"], new["number"]) == (old["ref"], old["number"])
    (row,) = rows(hq, member)
    assert (row.ref, row.number_hash) == (old["ref"], hash_number(old["number"]))


def test_a_reference_that_exists_is_refused_and_nothing_changes(hq, command):
    old = json.loads(command())
    before = rows(hq, member)
    assert "There is a member" in command("--ref", old["ref"], status=1)
    assert "Another member has that number" in command("--number", old["number"], status=1)
    assert rows(hq, member) == before


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--ref", "no reference"), "is no member reference"),
        (("--ref", "L2:ABC"), "is not good (code_unreadable)"),
        (("--number", "V123"), "is no member number"),
    ],
)
def test_what_is_no_card_is_refused(hq, command, words, complaint):
    assert complaint in command(*words, status=1)
    assert rows(hq, member) == []
