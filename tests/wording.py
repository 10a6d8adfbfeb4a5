"""What the tests of the catalogues know of each language: its letters, its loanwords, words that are never said, and
the words chosen in docs/languages.md.
"""

import re
from functools import cache
from io import StringIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from resources import LANGUAGES, load

ROOT = Path(__file__).parent.parent
OTHERS = [language for language in LANGUAGES if language != "en"]
PLACEHOLDER = re.compile(r"\{\w+\}")

# Words of machines and of blame; and words for our things that are not the ones of docs/languages.md.
BANNED = {
    "ko": r"오류|에러|예외|서버|네트워크|인터넷|무효|실패|호스트|고객|손님|바우처|상품권|주문|단말기|본점|점포"
    r"|매니저|계산원",
    "id": r"\b(galat|kesalahan|gagal|server|jaringan|internet|tidak valid|anggota|pelanggan|promo|kupon|pesanan"
    r"|gift card|terminal|gerai|silakan|tolong|staf)\w*",
    "tr": r"\b(hata|istisna|sunucu|ağ\b|internet|geçersiz|başarısız|müşteri|fırsat|sipariş|çek\b|terminal|şube|lütfen"
    r"|personel|iptal)",
    "ru": r"\b(ошибк|сбо[йя]|исключени|сервер|сет[ьи]\b|интернет|недействительн|неверн|клиент|покупател|ваучер"
    r"|акци|заказ|бонус|терминал|станци|пожалуйста|управляющ)",
}
LOANWORDS = {
    "ko": set[str](),
    "id": {"member", "program", "voucher", "portal", "printer", "total", "online", "offline", "demo", "data"},
    "tr": {"program", "demo"},
    "ru": set[str](),
}
LETTERS = {"ko": r"[가-힣]+", "id": r"[A-Za-z]+", "tr": r"[A-Za-zÂÇĞİÖŞÜâçğıöşü]+", "ru": r"[А-Яа-яЁё]+"}
# What stands behind a placeholder may not have to agree with what is put in.
STICKING = {
    "ko": r"\}(은|는|이|가|을|를|와|과|로|으로|이며|며|이나|나|랑|이랑|야|아)(?!\w)",
    "id": r"\}\w",
    "tr": r"\}['’]?\w",
    "ru": r"\}(?!-[йя]\b)[-\w]|\{(?:missing|wanted|found|left)\} (?!из |не |нужно )\w",
}


def written(language: str) -> str:
    """Return a catalogue as it was written."""
    return load.read_text(load.CATALOGUE.format(language=language))


@cache
def po(language: str) -> Catalog:
    """Return a catalogue as Babel reads it."""
    return read_po(StringIO(written(language)), abort_invalid=True)


def without_placeholders(text: str) -> str:
    """Return the words of a sentence alone."""
    return PLACEHOLDER.sub(" ", text)


def lower(text: str, language: str) -> str:
    """Return a text in small letters, as its language has them."""
    return (text.replace("İ", "i").replace("I", "ı") if language == "tr" else text).lower()


@cache
def glossary() -> dict[str, dict[str, list[str]]]:
    """Return for each English word and language what must be found of each part of the chosen word."""
    lines = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8").splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("|")]
    (_, *languages), _rule, *terms = [[cell.strip() for cell in row] for row in rows]
    assert languages == OTHERS
    return {
        word: {
            language: [lower(part.split(r"\|")[0], language) for part in cell.split()]
            for language, cell in zip(languages, cells, strict=True)
        }
        for word, *cells in terms
    }


def points(language: str) -> str:
    """Return what stands for `{points}`, which brings its word along."""
    return " ".join(glossary()["points"][language])


@cache
def named(word: str) -> re.Pattern[str]:
    """Return what finds a word of the glossary in an English sentence; its forms stand side by side there."""
    forms = (re.escape(form.strip().removesuffix("s")) for form in word.split(","))
    return re.compile("|".join(rf"\b{form}(?:s|['’]s)?\b" for form in forms), re.IGNORECASE)


def meant(english: str) -> list[str]:
    """Return the words of the glossary in a sentence; of `gift card` and `card` only the longer one."""
    rest, found = without_placeholders(english), []
    for word in sorted(glossary(), key=lambda word: len(word.split(",")[0]), reverse=True):
        rest, count = named(word).subn(" ", rest)
        found += [word] * bool(count)
    return found
