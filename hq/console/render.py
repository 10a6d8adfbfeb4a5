"""Templates into pages: what every page has, how amounts and times are written, and the headers that keep a page to us.

No page asks another host for anything and none runs a script that stands in it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from fastapi import Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from app.core.money import CURRENCIES
from hq.console.fault_sentences import retold
from hq.console.texts import NAMES, translations
from hq.console.words import called, reason_of

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


STATIC = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}


@cache
def static_file(name: str) -> bytes:
    """Return one of the console's own files."""
    return (files("hq.console") / "static" / name).read_bytes()


@cache
def _edition(name: str) -> str:
    """Return what tells this edition of a file from others, so that browsers may keep it for ever."""
    return hashlib.sha256(static_file(name)).hexdigest()[:12]


LAST_MS = 253_370_764_800_000  # the year 9999: what is later is no date


@dataclass(frozen=True)
class Look:
    """How a page is to look and to speak: `theme` is light, dark or auto; `root` is what stands before its paths.

    `name` is the shop's, or empty; `is_narrow`: the navigation shows its pictures only.
    """

    language: str
    theme: str
    root: str
    currency: str
    time_zone: str
    name: str = ""
    is_narrow: bool = False


def render(template: str, look: Look, values: Mapping[str, Any], *, status: int = 200) -> Response:
    """Return a page."""
    text = environment(look.language).get_template(template).render(look=look, **writers(look), **values)
    return Response(text, status_code=status, media_type="text/html; charset=utf-8", headers=HEADERS)


@cache
def environment(language: str) -> Environment:
    """Return the templates as they are in one language."""
    made = Environment(
        loader=PackageLoader("hq.console", "templates"),
        autoescape=select_autoescape(("html", "svg")),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals["language_names"] = NAMES
    return made


def writers(look: Look) -> dict[str, Any]:
    """Return what templates call to write values as the page's language writes them."""

    def url(path: str, **query: Any) -> str:
        said = {name: value for name, value in query.items() if value not in (None, "", ())}
        return look.root + path + (f"?{urlencode(said, doseq=True)}" if said else "")

    def file(name: str) -> str:
        return f"{look.root}/static/{name}?v={_edition(name)}"

    def say(sentence: object) -> str:
        """Return a sentence that a value holds, in the page's language and escaped; `_` is for those in templates."""
        return translations(look.language).gettext(str(sentence))

    def tell(fault: object) -> str:
        """Return what a fault says, with the values in it, in the page's language, behind the name of its field."""
        told, field = retold(str(fault), look.language, money), getattr(fault, "field", "")
        return f"{say(field)}: {told}" if field else told

    def here_told(text: object) -> str:
        """Return the same of what stands beside its field, so that its place need not be said."""
        return retold(str(text), look.language, money, is_placed=False)

    def number(value: int) -> str:
        return str(format_decimal(value, locale=look.language))

    def money(minor: int, currency: str = look.currency) -> str:
        digits = CURRENCIES[currency].digits if currency in CURRENCIES else 2
        text = format_decimal(Decimal(minor).scaleb(-digits), format=f"#,##0{'.' + '0' * digits if digits else ''}",
                              locale=look.language)  # fmt: skip
        return f"{text} {currency}"

    def moment(at_ms: int | None) -> str:
        if not at_ms:
            return "–"
        if not 0 < at_ms < LAST_MS:  # a clock that is far off
            return f"{at_ms} ms"
        at = datetime.fromtimestamp(at_ms / 1000, tz=UTC)
        return str(
            format_datetime(at, "yyyy-MM-dd HH:mm", tzinfo=ZoneInfo(look.time_zone), locale=look.language)
        )

    def age(ms: int | None) -> str:
        """Write a span of time by its largest unit: `3 hours`."""
        span = timedelta(milliseconds=max(ms or 0, 0))
        return str(format_timedelta(span, threshold=1.2, locale=look.language))

    def day(text: str | None) -> str:
        return (
            str(format_date(datetime.fromisoformat(text).date(), "medium", locale=look.language))
            if text
            else "–"
        )

    return {
        "url": url,
        "file": file,
        "say": say,
        "tell": tell,
        "here_told": here_told,
        "number": number,
        "money": money,
        "moment": moment,
        "day": day,
        "age": age,
        "called": partial(called, language=look.language),
        "reason_of": partial(reason_of, language=look.language),
    }
