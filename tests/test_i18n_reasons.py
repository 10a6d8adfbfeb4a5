"""Every reason can be read out in every language: complete, and with its numbers."""

import re
import subprocess
import sys
from functools import partial
from gettext import NullTranslations
from pathlib import Path

import pytest

from app.core.money import CURRENCIES
from app.core.reasons import MONEY_NUMBERS, Reason, Refusal, sentence
from resources import LANGUAGES, load
from tests.wording import OTHERS, PLACEHOLDER, ROOT
from ui import i18n, texts


def said(reason: Reason, language: str) -> str:
    return load.translations(language).gettext(reason.sentence)


# --- each sentence ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
def test_a_title_stays_apart_from_what_to_do(language: str) -> None:
    for reason in Reason:
        title, hint = texts.title_and_hint(said(reason, language))
        assert title and bool(hint) == bool(texts.title_and_hint(reason.sentence)[1]), reason
        assert ". " not in hint, reason


@pytest.mark.parametrize("language", OTHERS)
def test_sentences_are_whole(language: str) -> None:
    for reason in Reason:
        text = said(reason, language)
        assert text.endswith(".") and text == text.strip() and "  " not in text, reason
        assert text[0] in "{‘“«" or text[0] == text[0].upper(), reason


# --- filled in ----------------------------------------------------------------------------------------------

COUNTS = {"missing": 21, "wanted": 122, "found": 101, "left": 1, "seconds": 61}
NAMES = {"name": "Kahve günü", "other": "Кофе", "shown": "4006381…"}
DAYS = {"starts_on": "2026-12-01", "ends_on": "2026-11-30"}
CURRENCY = {"en": "USD", "ko": "KRW", "id": "IDR", "tr": "TRY", "ru": "RUB"}


def numbers(reason: Reason) -> dict[str, int | str]:
    names = [name[1:-1] for name in PLACEHOLDER.findall(reason.sentence)]
    return {name: (COUNTS | NAMES | DAYS)[name] for name in names}


def read_out(reason: Reason, language: str) -> str:
    return sentence(
        Refusal(reason, numbers(reason)),
        money=partial(texts.money, currency=CURRENCIES[CURRENCY[language]]),
        translate=load.translations(language).gettext,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_hold_their_numbers(language: str) -> None:
    for reason in Reason:
        text = read_out(reason, language)
        assert not set(text) & set("{}"), reason
        for value in numbers(reason).values():
            is_money = reason in MONEY_NUMBERS and isinstance(value, int)
            shown = texts.money(value, CURRENCIES[CURRENCY[language]]) if is_money else str(value)
            assert re.search(rf"(?<!\d){re.escape(shown)}(?!\d)", text), (reason, text)


@pytest.mark.parametrize(
    ("language", "reason", "expected"),
    [
        ("ko", Reason.MIN_TOTAL_NOT_MET, "₩122까지 ₩21 부족합니다."),
        ("id", Reason.NOT_NTH_ORDER, "Penawaran ini untuk transaksi ke-122. Ini transaksi ke-101."),
        ("tr", Reason.EXPIRED, "Bu teklif 2026-11-30 tarihinde sona erdi."),
        ("ru", Reason.MIN_TOTAL_NOT_MET, "До ₽1.22 не хватает ₽0.21."),
        ("ru", Reason.INSUFFICIENT_POINTS, "Баллов не хватает: до 122 нужно ещё 21."),
    ],
)
def test_each_language_speaks(language: str, reason: Reason, expected: str) -> None:
    assert read_out(reason, language) == expected


# --- the door -----------------------------------------------------------------------------------------------


def test_what_a_catalogue_lacks_stays_english() -> None:
    for language in LANGUAGES:
        spoken = load.translations(language)
        assert spoken.gettext("Nobody has said this yet.") == "Nobody has said this yet."
        assert [spoken.ngettext("{count} plum", "{count} plums", count) for count in (1, 2)] == [
            "{count} plum",
            "{count} plums",
        ]


def test_unknown_languages_and_paths_are_refused() -> None:
    for language in ("tlh", "", "KO", "../i18n/ko"):
        with pytest.raises(KeyError):
            load.translations(language)


def test_every_catalogue_is_offered_and_no_other() -> None:
    folders = {path.parent.parent.name for path in (ROOT / "resources" / "i18n").rglob("*.po")}
    assert folders == set(OTHERS)
    assert set(i18n.LANGUAGES) == {*LANGUAGES, i18n.PSEUDO}


def test_the_window_speaks_a_language_that_is_chosen() -> None:
    try:
        i18n.use("ko")
        assert i18n._("Scan the member's card first.") == "먼저 회원 카드를 스캔하세요."
    finally:
        i18n.use("en")
    assert i18n._("Scan the member's card first.") == "Scan the member's card first."


def test_what_is_fuzzy_is_not_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    entries = [("fuzzy", "a", "b"), ("python-brace-format", "c", "d")]
    body = "".join(f'#, {flag}\nmsgid "{msgid}"\nmsgstr "{text}"\n\n' for flag, msgid, text in entries)
    (tmp_path / "made.po").write_text(f'msgid ""\nmsgstr "Language: ko\\n"\n\n{body}', encoding="utf-8")
    monkeypatch.setattr(load, "CATALOGUE", "made.po")
    monkeypatch.setattr(load, "_place", tmp_path.joinpath)
    made = load.translations.__wrapped__("ko")
    assert (made.gettext("a"), made.gettext("c")) == ("a", "d")


def test_english_reads_no_file_and_imports_nothing() -> None:
    code = (
        "import sys, ui.i18n as i18n; i18n.use('en'); light = 'resources.load' not in sys.modules;"
        "from resources import load; load.translations('en'); print(light, 'babel' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["True", "False"]
    assert type(load.translations("en")) is NullTranslations
