"""The commands about gift cards, as a person gives them."""

import json
import stat

import pytest
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from hq.gift_cards.service import hash_of, show_card
from hq.gift_cards.tables import gift_card
from tests.databases import on
from tests.hq.test_ingest import count

pytestmark = on("sqlite")  # what is done is tested on both; this is about words


@pytest.fixture
def command(hq, folder):
    def give(*words, status=0):
        told = CliRunner().invoke(hq_cli, ["gift-card", *map(str, words), "--dir", str(folder)])
        assert told.exit_code == status, told.output
        return told.output

    return give


def test_numbers_are_in_a_file_for_the_owner_alone_and_cards_are_shown_and_stopped(hq, command, tmp_path):
    file = tmp_path / "cards.txt"
    assert "2 gift cards are issued" in command("issue", file, "--count", 2, "--value", 5_000)
    first, second = file.read_text().split()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert show_card(hq, second).balance == 5_000
    assert command("show", first) == "5000 USD (minor units), active.\n"
    assert "stopped" in command("freeze", first)
    found = json.loads(command("show", first, "--json"))
    assert (found["state"], found["balance"], found["posted"]) == ("frozen", 5_000, 5_000)
    assert "goes on" in command("freeze", first, "--undo")
    assert show_card(hq, first).state == "active"


def test_a_file_that_is_there_is_not_written_over_and_no_card_is_issued(hq, command, tmp_path):
    file = tmp_path / "cards.txt"
    file.write_text("mine")
    assert "No card was issued" in command("issue", file, status=1)
    assert (file.read_text(), count(hq, gift_card)) == ("mine", 0)


def test_cards_that_were_lost_are_issued_again_by_their_file(hq, command, tmp_path):
    file = tmp_path / "cards.txt"
    command("issue", file)
    assert "already" in command("issue", file, "--again", status=1)
    with hq.database.atomic() as connection:
        connection.execute(gift_card.delete())
    command("issue", file, "--again", "--value", 100)
    assert show_card(hq, file.read_text().strip()).balance == 100
    assert "no such gift card" in command("show", "G0000000000000", status=1)


def test_issuing_goes_on_where_it_was_broken_off_and_takes_no_number_twice(hq, command, tmp_path):
    file = tmp_path / "cards.txt"
    command("issue", file, "--count", 3, "--value", 100)
    first, second, third = file.read_text().split()
    with hq.database.atomic() as connection:
        connection.execute(gift_card.delete().where(gift_card.c.code_hash == hash_of(third)))
    file.write_text(f"{first}\n{second}\n{third}\n{third}\n")
    assert "1 gift cards are issued" in command("issue", file, "--again", "--value", 100)
    assert [show_card(hq, each).balance for each in (first, second)] == [100, 100]
    assert count(hq, gift_card) == 3
    file.write_text(f"{first}\nV0000000000000\n")
    assert "no gift card's number" in command("issue", file, "--again", status=1)


def test_a_card_is_stopped_by_its_number_however_it_is_typed(hq, command, tmp_path):
    file = tmp_path / "cards.txt"
    command("issue", file, "--value", 100)
    typed = file.read_text().strip().lower()
    command("freeze", f"{typed[:5]}-{typed[5:10]} {typed[10:]}")
    assert show_card(hq, typed).state == "frozen"
    assert "no such gift card" in command("freeze", "Gé", status=1)
