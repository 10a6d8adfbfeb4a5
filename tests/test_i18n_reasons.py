"""Every reason can be read out in every language: complete, with its numbers, in the words of docs/languages.md."""

import re
import subprocess
import sys
from functools import cache, partial
from gettext import NullTranslations
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from app.core.money import CURRENCIES
from app.core.reasons import MONEY_NUMBERS, Reason, Refusal, sentence
from resources import LANGUAGES, load
from ui import catalogue, i18n, texts

ROOT = Path(__file__).parent.parent
OTHERS = [language for language in LANGUAGES if language != "en"]
PLACEHOLDER = re.compile(r"\{\w+\}")

# Words of machines and of blame; and words for our things that are not the ones of docs/languages.md.
BANNED = {
    "ko": r"오류|에러|예외|서버|네트워크|인터넷|무효|실패|호스트|고객|손님|바우처|상품권|주문|단말기|본점|점포",
    "id": r"\b(galat|kesalahan|gagal|server|jaringan|internet|tidak valid|anggota|pelanggan|promo|kupon|pesanan"
    r"|gift card|terminal|gerai|silakan|tolong)\w*",
    "tr": r"\b(hata|istisna|sunucu|ağ\b|internet|geçersiz|başarısız|müşteri|fırsat|sipariş|çek\b|terminal|şube|lütfen)",
    "ru": r"\b(ошибк|сбо[йя]|исключени|сервер|сет[ьи]\b|интернет|недействительн|неверн|клиент|покупател|ваучер"
    r"|акци|заказ|бонус|терминал|станци|пожалуйста)",
}
LOANWORDS = {
    "ko": set[str](),
    "id": {"member", "program", "voucher", "portal"},
    "tr": set[str](),
    "ru": set[str](),
}
LETTERS = {"ko": r"[가-힣]+", "id": r"[A-Za-z]+", "tr": r"[A-Za-zÇĞİÖŞÜçğıöşü]+", "ru": r"[А-Яа-яЁё]+"}
# What stands behind a placeholder may not have to agree with what is put in.
STICKING = {
    "ko": r"\}(은|는|이|가|을|를|와|과|로|으로|이며|며|이나|나|랑|이랑|야|아)(?!\w)",
    "id": r"\}\w",
    "tr": r"\}['’]?\w",
    "ru": r"\}(?!-[йя]\b)[-\w]|\{(?:missing|wanted|found|left)\} (?!из |не |нужно )\w",
}


def written(language: str) -> str:
    return load.read_text(load.CATALOGUE.format(language=language))


@cache
def po(language: str) -> Catalog:
    return read_po(StringIO(written(language)), abort_invalid=True)


def said(reason: Reason, language: str) -> str:
    return load.translations(language).gettext(reason.sentence)


def without_placeholders(text: str) -> str:
    return PLACEHOLDER.sub(" ", text)


def lower(text: str, language: str) -> str:
    return (text.replace("İ", "i").replace("I", "ı") if language == "tr" else text).lower()


def glossary() -> dict[str, dict[str, list[str]]]:
    """Return for each English word and language what must be found of each part of the chosen word."""
    lines = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8").splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("|")]
    (_, *languages), _rule, *terms = [[cell.strip() for cell in row] for row in rows]
    assert languages == OTHERS
    return {
        word: {
            language: [part.split(r"\|")[0] for part in cell.split()]
            for language, cell in zip(languages, cells, strict=True)
        }
        for word, *cells in terms
    }


# --- the catalogues -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
def test_every_reason_is_translated(language: str) -> None:
    entries = {message.id: message for message in po(language) if message.id}
    missing = [reason.code for reason in Reason if reason.sentence not in entries]
    assert missing == []
    assert [message.id for message in entries.values() if not message.string or message.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_translated_that_nobody_says(language: str) -> None:
    known = {message.singular: message.plural for message in catalogue.messages()}
    ids = [message.id if isinstance(message.id, tuple) else (message.id, "") for message in po(language)]
    assert [singular for singular, plural in ids if singular and known.get(singular) != plural] == []
    assert not po(language).obsolete
    assert written(language).count("\nmsgid ") == len(ids) - 1, "a sentence stands twice"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_which_language_it_is(language: str) -> None:
    assert str(po(language).locale) == language
    assert po(language).num_plurals == {"ko": 1, "id": 1, "tr": 2, "ru": 3}[language]


# --- each sentence ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_those_of_the_english(language: str) -> None:
    for reason in Reason:
        found = sorted(PLACEHOLDER.findall(said(reason, language)))
        assert found == sorted(PLACEHOLDER.findall(reason.sentence)), reason
        assert not set(without_placeholders(said(reason, language))) & set("{}"), reason


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


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_is_left_over(language: str) -> None:
    english = set(re.findall(r"[a-z]+", " ".join(reason.sentence for reason in Reason).lower()))
    for reason in Reason:
        text = without_placeholders(said(reason, language))
        words = set(re.findall(r"[^\W\d_]+", text))
        assert words and all(re.fullmatch(LETTERS[language], word) for word in words), reason
        assert {word.lower() for word in words} & english <= LOANWORDS[language], reason


@pytest.mark.parametrize("language", OTHERS)
def test_no_word_that_a_cashier_can_do_nothing_with(language: str) -> None:
    banned = re.compile(BANNED[language])
    assert [reason.code for reason in Reason if banned.search(lower(said(reason, language), language))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_has_to_agree_with_what_is_put_in(language: str) -> None:
    sticking = re.compile(STICKING[language])
    assert [reason.code for reason in Reason if sticking.search(said(reason, language))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_one_thing_has_one_word(language: str) -> None:
    for word, chosen in glossary().items():
        named = re.compile(rf"\b{word.removesuffix('s')}s?\b", re.IGNORECASE)
        for reason in Reason:
            text = lower(without_placeholders(said(reason, language)), language)
            if named.search(without_placeholders(reason.sentence)):
                assert all(part in text for part in chosen[language]), (reason, word, text)


def test_the_chosen_words_are_all_in_use() -> None:
    spoken = " ".join(reason.sentence for reason in Reason).lower()
    assert [word for word in glossary() if word not in spoken] == []


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
