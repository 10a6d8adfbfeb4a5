"""The texts that new members are asked to agree to: read, refused, and shown in the language that there is."""

import orjson
import pytest

from app.core.program import ProgramInvalid
from app.core.program_format import read_program
from tests.builders import a_program

NEWS = {"id": "news", "version": "2", "texts": {"tr": "Yazabiliriz.", "en": "We may write."}}
SMS = {"id": "sms", "version": "1", "texts": {"tr": "Mesaj.", "ru": "Сообщения."}}


def test_a_program_without_them_asks_nothing():
    assert read_program(a_program()).consents == ()


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("tr", [("tr", "Yazabiliriz."), ("tr", "Mesaj.")]),
        ("ru", [("en", "We may write."), ("ru", "Сообщения.")]),
        ("ko", [("en", "We may write."), ("ru", "Сообщения.")]),
    ],
)
def test_they_are_shown_in_the_language_that_there_is(language: str, shown):
    program = read_program(a_program(consents=[NEWS, SMS]))
    assert [(each.what, each.version) for each in program.consents] == [("news", "2"), ("sms", "1")]
    assert [each.shown(language) for each in program.consents] == shown


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ([NEWS, NEWS], "another one is called 'news' too"),
        ([NEWS | {"id": f"n{nth}"} for nth in range(6)], "at most 5"),
        ([NEWS | {"id": "a b"}], "letters, digits"),
        ([NEWS | {"version": "x" * 41}], "letters, digits"),
        ([NEWS | {"texts": {}}], "one language at least"),
        ([NEWS | {"texts": {"e n": "x"}}], "letters, digits"),
        ([NEWS | {"texts": {"en": "x" * 301}}], "300 characters"),
        ([NEWS | {"texts": {"en": "a\nb"}}], "one line"),
        ([NEWS | {"more": 1}], "means nothing here"),
        ({"news": 1}, "expected a list"),
    ],
)
def test_what_cannot_be_shown_or_recorded_is_refused(wrong, said: str):
    with pytest.raises(ProgramInvalid, match=said):
        read_program(a_program(consents=wrong))
    assert orjson.loads(a_program(consents=wrong))["consents"] == wrong
