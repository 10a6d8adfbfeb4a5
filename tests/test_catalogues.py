"""No language lacks a sentence of the station, and each says it in its own words: those of docs/languages.md."""

import re
from collections.abc import Iterator

import pytest

from app.core.money import CURRENCIES
from resources import load
from tests import wording
from tests.wording import OTHERS, PLACEHOLDER, without_placeholders
from ui import catalogue, i18n, texts
from ui.models.state import AnswerView, AnswerWord

ENDS = (".", "?", "!")
# Keys have the same names everywhere, and so has what is shown as an example.
SAME_EVERYWHERE = {
    "caps",
    "com",
    "ctrl",
    "enter",
    "esc",
    "example",
    "f",
    "lock",
    "m",
    "mm",
    "ms",
    "name",
    "p",
}
SAME_IN_LATIN = {"baud", "e", "web"}  # the e of e-posta
COUNTS = (1, 2, 5, 21)
PLURALS = {"ko": 1, "id": 1, "tr": 2, "ru": 3}


def forms(language: str, message: catalogue.Message) -> tuple[str, ...]:
    """Return all a catalogue has for a sentence: one form, or one for each kind of number."""
    found = wording.po(language).get(message.singular)
    if found is None or found.fuzzy:
        return ()
    return found.string if isinstance(found.string, tuple) else (found.string,)


def sentences(language: str) -> Iterator[tuple[str, str]]:
    """Yield each English sentence with each of its forms in a language."""
    for message in catalogue.messages():
        for form in forms(language, message):
            yield message.singular, form


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_missing(language: str) -> None:
    lacking = [
        f"{message.place}: {message.singular}"
        for message in catalogue.messages()
        if len([form for form in forms(language, message) if form])
        != (PLURALS[language] if message.plural else 1)
    ]
    assert lacking == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_translated_that_nobody_says(language: str) -> None:
    known = {message.singular: message.plural for message in catalogue.messages()}
    ids = [
        message.id if isinstance(message.id, tuple) else (message.id, "") for message in wording.po(language)
    ]
    assert [singular for singular, plural in ids if singular and known.get(singular) != plural] == []
    assert not wording.po(language).obsolete
    assert wording.written(language).count("\nmsgid ") == len(ids) - 1, "a sentence stands twice"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_which_language_it_is(language: str) -> None:
    assert str(wording.po(language).locale) == language
    assert wording.po(language).num_plurals == PLURALS[language]


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_stay(language: str) -> None:
    for english, form in sentences(language):
        assert sorted(PLACEHOLDER.findall(form)) == sorted(PLACEHOLDER.findall(english)), form
        assert not set(without_placeholders(form)) & set("{}"), form


@pytest.mark.parametrize("language", OTHERS)
def test_what_ends_as_a_sentence_does_so_in_each_language(language: str) -> None:
    for english, form in sentences(language):
        assert form == form.strip() and "  " not in form, form
        assert form.endswith(ENDS) == english.endswith(ENDS), (english, form)
        assert form.endswith((":", "…")) == english.endswith((":", "…")), (english, form)
        assert not (english[0].isupper() and form[0].islower()), (english, form)


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_is_left_over(language: str) -> None:
    latin = SAME_EVERYWHERE | (SAME_IN_LATIN if language in ("id", "tr") else set())
    for english, form in sentences(language):
        rest = re.sub(rf"\b({'|'.join(latin)})(?![a-z])", " ", without_placeholders(form), flags=re.I | re.A)
        words = set(re.findall(r"[^\W\d_]+", rest))
        assert all(re.fullmatch(wording.LETTERS[language], word) for word in words), form
        known = set(re.findall(r"[a-z]+", english.lower()))
        assert {word.lower() for word in words} & known <= wording.LOANWORDS[language], form


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_that_a_cashier_can_do_nothing_with(language: str) -> None:
    banned = re.compile(wording.BANNED[language])
    found = [form for _english, form in sentences(language) if banned.search(wording.lower(form, language))]
    assert found == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_has_to_agree_with_what_is_put_in(language: str) -> None:
    sticking = re.compile(wording.STICKING[language])
    assert [form for _english, form in sentences(language) if sticking.search(form)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_one_thing_has_one_word(language: str) -> None:
    for english, form in sentences(language):
        text = wording.lower(
            without_placeholders(form.replace("{points}", wording.points(language))), language
        )
        for word in wording.meant(english):
            assert all(part in text for part in wording.glossary()[word][language]), (word, english, form)


def test_the_chosen_words_are_all_in_use() -> None:
    said = {word for message in catalogue.messages() for word in wording.meant(message.singular)}
    assert set(wording.glossary()) - said == set()


# --- read out -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("tr", ("Kasadan 1 satır", "Kasadan 2 satır", "Kasadan 5 satır", "Kasadan 21 satır")),
        ("ru", ("1 строка с кассы", "2 строки с кассы", "5 строк с кассы", "21 строка с кассы")),
        ("ko", tuple(f"계산대에서 온 항목 {count}개" for count in COUNTS)),
        ("id", tuple(f"{count} baris dari kasir" for count in COUNTS)),
    ],
)
def test_things_are_counted_as_people_count(language: str, lines: tuple[str, ...]) -> None:
    with i18n.speaking(language):
        assert tuple(texts.lines_from_till(count) for count in COUNTS) == lines


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("tr", "Onaylandı. Kasada ₺5.00 düşün. Ödenecek: ₺1.00 · +21 puan."),
        ("ru", "Одобрено. Вычтите на кассе ₺5.00. К оплате ₺1.00 · +21 балл."),
        ("ko", "승인됨. 계산대에서 ₺5.00 할인하세요. 결제 금액 ₺1.00 · +21 포인트."),
        ("id", "Disetujui. Kurangi ₺5.00 di kasir. Harus dibayar ₺1.00 · +21 poin."),
    ],
)
def test_an_answer_is_read_out_in_each_language(language: str, said: str) -> None:
    answer = AnswerView(AnswerWord.APPROVED, discount=500, payable=100, points=21)
    with i18n.speaking(language):
        assert texts.spoken(answer, CURRENCIES["TRY"]) == said


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_kept_and_what_is_undone_are_not_said_alike(language: str) -> None:
    say = load.translations(language).gettext
    words = ("Cancel", "Back", "Undo", "Take back", "Go on", "Redeem", "Approve", "Sign in")
    assert len({say(word) for word in words} | set(words)) == 2 * len(words)
