"""How stations look, as head office says it: shown with its corrected colours before it is saved."""

import json

import pytest
from typer.testing import CliRunner

from app.cli_hq import hq_cli
from app.core.brand import NO_BRAND, Brand, BrandInvalid
from app.core.brand_format import read_brand
from hq.brand.service import newest_brand, publish_brand
from hq.campaigns.service import newest_document
from hq.faults import NotHere
from tests.core.test_brand import BRAND, png
from tests.databases import on
from tests.hq.station import NOW_MS

pytestmark = on("sqlite")  # one row of a table that other documents lie in too


def test_each_brand_is_the_next_signed_document(hq, clock):
    with pytest.raises(NotHere, match="how stations look"):
        newest_document(hq, "brand")
    assert newest_brand(hq) == NO_BRAND
    assert publish_brand(hq, BRAND) == NOW_MS
    assert publish_brand(hq, NO_BRAND) == NOW_MS + 1  # within the same millisecond
    assert read_brand(newest_document(hq, "brand").body) == (NOW_MS + 1, NO_BRAND)
    with pytest.raises(BrandInvalid):
        publish_brand(hq, Brand(color="red"))


def test_a_number_is_never_used_for_two(hq, clock):
    """Not even by a head office that was put back from a backup, and counts on from there."""
    publish_brand(hq, BRAND)
    clock.set_ms(NOW_MS + 60_000)
    assert publish_brand(hq, BRAND) == NOW_MS + 60_000


def say(folder, *words, **options):
    return CliRunner().invoke(hq_cli, ["brand", *words, "--dir", str(folder)], **options)


def test_the_command_shows_what_becomes_of_a_colour_and_asks(folder, hq, tmp_path):
    (tmp_path / "logo.png").write_bytes(png())
    changes = ("--name", "Blue Bean", "--color", "#ffe08a", "--logo", str(tmp_path / "logo.png"))
    asked = say(folder, *changes, input="n\n")
    assert "light      #A18D57, with #000000 on it  corrected" in asked.output
    assert asked.exit_code == 1 and newest_brand(hq) == NO_BRAND
    assert say(folder, *changes, input="y\n").exit_code == 0
    assert newest_brand(hq) == Brand("Blue Bean", "#FFE08A", png())
    assert say(folder, "--white-label", "--yes").exit_code == 0
    told = json.loads(say(folder, "--json").output)
    assert told["white_label"] is True and told["worn"]["dark"] == ["#FFE08A", "#000000"]
    assert "name         Blue Bean" in say(folder).output
    assert say(folder, "--logo", "", "--color", "", "--yes").exit_code == 0
    assert newest_brand(hq) == Brand("Blue Bean", is_white_label=True)


def test_what_cannot_be_worn_is_said_and_nothing_is_saved(folder, hq, tmp_path):
    (tmp_path / "logo.svg").write_text("<svg/>")
    for words, told in (
        (("--color", "red"), "six digits"),
        (("--logo", str(tmp_path / "logo.svg")), "is a PNG"),
        (("--logo", str(tmp_path / "none.png")), "can't be read"),
        (("--white-label",), "own must be known"),
    ):
        done = say(folder, *words, "--yes")
        assert done.exit_code != 0 and told in done.output, words
    assert newest_brand(hq) == NO_BRAND
