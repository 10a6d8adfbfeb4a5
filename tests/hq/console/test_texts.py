"""The console lacks no sentence in Korean, and says each with the same values in it."""

import ast
import re
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hq.audit.words import ACTIONS
from hq.console.catalogue import messages, template
from hq.console.texts import CATALOGUE, LANGUAGES, translations
from hq.console.words import NAMES
from hq.webhooks.outbox import Kind
from resources.load import read_text

ROOT = Path(__file__).parents[3] / "hq"
OTHERS = [language for language in LANGUAGES if language != "en"]
VALUE = re.compile(r"%\(\w+\)s|\{\w*\}|%%")
TAG = re.compile(r"</?[a-z]+>")
HANGUL = re.compile(r"[가-힣]")
# What is called the same everywhere: forms of files, names of others, and what is nothing but values.
SAME = {"CSV", "JSON", "SKU"}


def catalogue(language):
    text = StringIO(read_text(CATALOGUE.format(language=language)))
    return {message.id: message for message in read_po(text, abort_invalid=True) if message.id}


def sentences(language):
    found = {}
    for message_id, message in catalogue(language).items():
        singular = message_id if isinstance(message_id, str) else message_id[0]
        string = message.string if isinstance(message.string, str) else message.string[0]
        found[singular] = "" if message.fuzzy else string
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_missing(language) -> None:
    said = sentences(language)
    assert [f"{each.place}: {each.singular}" for each in messages() if not said.get(each.singular)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_over(language) -> None:
    assert sorted(set(sentences(language)) - {each.singular for each in messages()}) == []


@pytest.mark.parametrize("language", OTHERS)
def test_each_sentence_has_the_same_values_and_marks(language) -> None:
    for pattern in (VALUE, TAG):
        other = {
            english: said
            for english, said in sentences(language).items()
            if sorted(pattern.findall(english)) != sorted(pattern.findall(said))
        }
        assert other == {}


def test_what_is_said_in_korean_is_korean() -> None:
    foreign = {
        english: said
        for english, said in sentences("ko").items()
        if english not in SAME and not HANGUL.search(said) and re.search("[A-Za-z]", VALUE.sub("", said))
    }
    assert {english: said for english, said in foreign.items() if said != "ID"} == {}


def test_plurals_have_one_form_in_korean() -> None:
    plural = [each for each in messages() if each.plural]
    assert plural
    korean = translations("ko")
    for each in plural:
        assert korean.ngettext(each.singular, each.plural, 1) == korean.ngettext(
            each.singular, each.plural, 5
        )
        assert HANGUL.search(korean.ngettext(each.singular, each.plural, 5))


def test_the_template_holds_every_sentence_once() -> None:
    text = template()
    assert text.count("\nmsgid ") == len(messages()) + text.startswith("\nmsgid ")
    assert "Sign in" in {each.singular for each in messages()}
    assert "This is not possible" in {each.singular for each in messages()}


def test_every_action_of_the_audit_has_a_word() -> None:
    said = {
        argument.value
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"
        for argument in node.args
        if isinstance(argument, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(argument.value))
    }
    assert len(said) > 40
    assert said - set(ACTIONS) == set()


def test_every_event_that_others_are_told_of_has_a_word() -> None:
    assert {kind.value for kind in Kind} - set(NAMES) == set()
