"""What cashiers are told of campaigns: read with the program, bounded in all, and no decision's business."""

from typing import Any

import pytest

from app.core.briefing import BRIEFING_MAX, BYTES_MAX, in_language
from app.core.program import ProgramInvalid
from app.core.program_format import read_program
from tests.builders import a_campaign, a_program

LANGUAGES = ("en", "id", "ko", "ru", "tr")


def many(count: int, text: str) -> list[dict[str, Any]]:
    """Return campaigns that say the most there may be in five languages."""
    rules = a_campaign()["rules"]
    briefing = dict.fromkeys(LANGUAGES, text * BRIEFING_MAX)
    return [
        a_campaign(id=f"c{n}", rules=[rules[0] | {"id": f"r{n}"}], briefing=briefing) for n in range(count)
    ]


@pytest.mark.parametrize(
    ("language", "shown"), [("ko", ("ko", "말")), ("tr", ("en", "say")), ("en", ("en", "say"))]
)
def test_a_text_is_shown_in_the_language_that_there_is(language: str, shown: tuple[str, str]) -> None:
    assert in_language({"ko": "말", "en": "say"}, language) == shown
    assert in_language({"ru": "скажи", "tr": "söyle"}, "ko") == ("ru", "скажи")


def test_a_campaign_says_it_by_language_or_not_at_all() -> None:
    said = read_program(a_program(campaigns=[a_campaign(briefing={"en": "One.\nTwo.", "ko": "말"})]))
    assert dict(said.campaigns[0].briefing) == {"en": "One.\nTwo.", "ko": "말"}
    silent, null = (a_program(campaigns=[a_campaign(**more)]) for more in ({}, {"briefing": None}))
    assert read_program(silent).campaigns[0].briefing == read_program(null).campaigns[0].briefing == {}
    assert b"briefing" not in silent, "a program that says none is as it was before there were any"


def test_a_hundred_campaigns_in_five_languages_fit_and_what_is_too_much_is_told_how_to_mend() -> None:
    most = read_program(a_program(campaigns=many(100, "ж")))
    assert sum(map(len, (text for each in most.campaigns for text in each.briefing.values()))) == 500_000
    with pytest.raises(ProgramInvalid, match=f"at most {BYTES_MAX} bytes together, found 1500000; take out"):
        read_program(a_program(campaigns=many(100, "말")))
