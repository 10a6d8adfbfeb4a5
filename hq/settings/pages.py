"""Settings in the console: brand, languages, limits of stations and cashiers, what new members agree to."""

import hashlib
from base64 import b64decode, b64encode
from decimal import Decimal
from typing import Any

from fastapi import Response

from app.core.brand import LOGO_BYTES_MAX, Brand, BrandInvalid
from app.core.consents import CONSENTS_MAX
from app.core.money import CURRENCIES
from hq.access.scopes import Scope
from hq.brand.service import newest_brand, publish_brand, publishable
from hq.brand.worn import worn_by_themes
from hq.builder.typed import TypedWrong, to_minor, to_whole
from hq.console.routing import Page, PageAsk, Pages
from hq.console.texts import N_
from hq.faults import ChangedMeanwhile, HqFault, NotPossible
from hq.settings import consents as asking
from hq.settings import limits as limiting
from hq.settings.consents import Consent
from hq.settings.service import LANGUAGES, NAMES, Spoken, change_languages, read_languages

PLACE = "/console/settings"
FIELDS_FREE = 1  # empty consents below those that are there
pages = Pages("settings", N_("Settings"), place=PLACE, needs=Scope.SETTINGS_READ)


@pages.get("")
def show_settings(ask: Page) -> Response:
    """Show what can be set, each on a page of its own."""
    brand, spoken = newest_brand(ask.hq), read_languages(ask.hq)
    consents = asking.read_consents(ask.hq)
    limits = limiting.read_limits(ask.hq, ask.look.currency)
    return ask.page(
        "settings/list.html",
        brand=brand,
        worn=worn_by_themes(brand),
        spoken=[NAMES[language] for language in spoken.languages],
        consents=consents,
        limits=limits,
    )


@pages.get("/brand")
def show_brand(ask: Page) -> Response:
    """Show how stations look, and a form for another look."""
    brand = newest_brand(ask.hq)
    return ask.page("settings/brand.html", **_brand_values(ask, brand, is_looked_at=False))


@pages.post("/brand", needs=Scope.SETTINGS_WRITE)
def post_brand(ask: Page) -> Response:
    """Show how a brand would be worn, or publish what was shown."""
    try:
        brand = _brand(ask)
        if ask.text("do") == "publish":
            _check_seen(ask, newest_brand(ask.hq))
            publish_brand(ask.hq, brand, actor=ask.actor)
            return ask.go(f"{PLACE}/brand", said=ask.said("Stations look so from their next sync on."))
    except HqFault as fault:
        color = ask.text("color") if ask.text("has_color") == "1" else ""
        typed = Brand(ask.text("name"), color, _kept_logo(ask), ask.text("portal"), ask.text("white") == "1")
        worn = worn_by_themes(newest_brand(ask.hq))
        values = _brand_values(ask, typed, is_looked_at=False, worn=worn)
        return ask.again("settings/brand.html", fault, **values)
    return ask.page("settings/brand.html", **_brand_values(ask, brand, is_looked_at=True))


@pages.get("/languages")
def show_languages(ask: Page) -> Response:
    """Show in which languages members are spoken to."""
    return ask.page("settings/languages.html", spoken=read_languages(ask.hq), names=NAMES)


@pages.post("/languages", needs=Scope.SETTINGS_WRITE)
def post_languages(ask: Page) -> Response:
    """Say in which languages members are spoken to."""
    wanted = tuple(dict.fromkeys([ask.text("first"), *ask.texts("language")]))
    version = ask.text("version")
    try:
        known = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
        change_languages(ask.hq, ask.actor, wanted, version=known)
    except HqFault as fault:
        typed = Spoken(wanted, read_languages(ask.hq).version)
        return ask.again("settings/languages.html", fault, spoken=typed, names=NAMES)
    return ask.go(f"{PLACE}/languages", said=ask.said("Saved."))


@pages.get("/limits")
def show_limits(ask: Page) -> Response:
    """Show how far stations and cashiers are trusted."""
    limits = limiting.read_limits(ask.hq, ask.look.currency)
    return ask.page("settings/limits.html", **_limit_values(ask, limits))


@pages.post("/limits", needs=Scope.SETTINGS_WRITE)
def post_limits(ask: Page) -> Response:
    """Keep limits as a draft, and publish them where that was asked for."""
    try:
        wanted = {limit.name: _number(ask, limit) for limit in limiting.ALL}
        _check_seen(ask, limiting.read_limits(ask.hq, ask.look.currency).drafted)
        limiting.draft_limits(ask.hq, ask.actor, wanted, ask.look.currency)
        if ask.text("do") == "publish":
            limiting.publish_limits(ask.hq, ask.actor)
    except HqFault as fault:
        limits = limiting.read_limits(ask.hq, ask.look.currency)
        typed = {limit.name: ask.text(limit.name) for limit in limiting.ALL}
        return ask.again("settings/limits.html", fault, **{**_limit_values(ask, limits), "typed": typed})
    published = ask.said("Stations keep to these limits from their next sync on.")
    is_out = ask.text("do") == "publish"
    return ask.go(f"{PLACE}/limits", said=published if is_out else ask.said("The draft is kept."))


@pages.get("/consents")
def show_consents(ask: Page) -> Response:
    """Show what new members agree to."""
    found = asking.read_consents(ask.hq)
    return ask.page("settings/consents.html", **_consent_values(ask, found, found.drafted))


@pages.post("/consents", needs=Scope.SETTINGS_WRITE)
def post_consents(ask: Page) -> Response:
    """Keep what new members agree to as a draft, and publish it where that was asked for."""
    wanted = _consents(ask)
    try:
        _check_seen(ask, asking.read_consents(ask.hq).drafted)
        asking.draft_consents(ask.hq, ask.actor, wanted)
        if ask.text("do") == "publish":
            asking.publish_consents(ask.hq, ask.actor)
    except HqFault as fault:
        found = asking.read_consents(ask.hq)
        return ask.again("settings/consents.html", fault, **_consent_values(ask, found, wanted))
    published = ask.said("Stations ask new members this from their next sync on.")
    is_out = ask.text("do") == "publish"
    return ask.go(f"{PLACE}/consents", said=published if is_out else ask.said("The draft is kept."))


def _seen(stands: object) -> str:
    """Return what tells what a form was made from."""
    return hashlib.sha256(repr(stands).encode()).hexdigest()[:16]


def _check_seen(ask: PageAsk, stands: object) -> None:
    """Raise `ChangedMeanwhile` where a form was made from something else than what stands now."""
    if ask.text("seen") not in ("", _seen(stands)):
        raise ChangedMeanwhile(
            "Somebody else changed this meanwhile. What you typed stands here: sent again, it takes the place of"
            " theirs."
        )


def _brand(ask: PageAsk) -> Brand:
    """Return the brand of a form; a logo is a new file, else the one that was shown, unless it is taken away."""
    upload = ask.file("logo")
    if upload is not None and (upload.size or 0) > LOGO_BYTES_MAX:
        size = -(-(upload.size or 0) // 1024)
        raise NotPossible(f"A logo has at most {LOGO_BYTES_MAX // 1024} KiB; this one has {size}.")
    logo = b"" if upload is None else upload.file.read()
    if not logo and ask.text("no_logo") != "1":
        try:
            logo = _shown_logo(ask)
        except ValueError as problem:
            raise NotPossible("The logo can't be read. Choose it again.") from problem
    color = ask.text("color") if ask.text("has_color") == "1" else ""
    try:
        return publishable(Brand(ask.text("name"), color, logo, ask.text("portal"), ask.text("white") == "1"))
    except BrandInvalid as problem:
        raise NotPossible(str(problem)) from problem


def _shown_logo(ask: PageAsk) -> bytes:
    return b64decode(ask.text("shown_logo"), validate=True)


def _kept_logo(ask: PageAsk) -> bytes:
    """Return the logo to show again beside a fault: the new one where it is good, else the one that was shown."""
    upload = ask.file("logo")
    if upload is not None and 0 < (upload.size or 0) <= LOGO_BYTES_MAX:
        upload.file.seek(0)
        try:
            return publishable(Brand(logo=upload.file.read())).logo
        except BrandInvalid:
            pass
    try:
        return _shown_logo(ask)
    except ValueError:
        return b""


def _brand_values(ask: PageAsk, brand: Brand, *, is_looked_at: bool, worn: Any = None) -> dict[str, Any]:
    return {
        "brand": brand,
        "worn": worn_by_themes(brand) if worn is None else worn,
        "logo": b64encode(brand.logo).decode("ascii"),
        "is_looked_at": is_looked_at,
        "takes_logo_away": ask.text("no_logo") == "1",
        "seen": ask.text("seen") if is_looked_at else _seen(newest_brand(ask.hq)),
    }


def _limit_values(ask: PageAsk, limits: limiting.Limits) -> dict[str, Any]:
    currency = ask.look.currency
    return {
        "limits": limits,
        "seen": _seen(limits.drafted),
        "typed": {limit.name: _shown(limit, limits.drafted[limit.name], currency) for limit in limiting.ALL},
        "station": limiting.STATION,
        "cashier": limiting.CASHIER,
        "floors": limiting.FLOORS,
        "proofs": limiting.PROOFS,
    }


def _number(ask: PageAsk, limit: limiting.Limit) -> int:
    text, currency = ask.text(limit.name), CURRENCIES[ask.look.currency]
    label = ask.said(limit.label)
    try:
        value = to_minor(text, currency) if limit.kind == "money" else to_whole(text)
    except TypedWrong as problem:
        raise NotPossible(f"{label}: {ask.said(str(problem))}") from problem
    if value < 0:
        raise NotPossible(f"{label}: {ask.said(N_('0 or more is meant here.'))}")
    if value > limit.most:
        raise NotPossible(f"{label}: {ask.said(N_('This number is too large.'))}")
    return value


def _shown(limit: limiting.Limit, value: int, currency: str) -> str:
    digits = CURRENCIES[currency].digits if limit.kind == "money" else 0
    return f"{Decimal(value).scaleb(-digits):f}"


def _consents(ask: PageAsk) -> tuple[Consent, ...]:
    """Return the texts of a form; one without name, version and text is none."""
    found = []
    for nth in range(CONSENTS_MAX + FIELDS_FREE):
        texts = {language: ask.text(f"text-{nth}-{language}") for language in LANGUAGES}
        texts = {language: text for language, text in texts.items() if text}
        what, version = ask.text(f"what-{nth}"), ask.text(f"version-{nth}")
        if ask.text(f"gone-{nth}") != "1" and (what or texts):
            found.append(Consent(what, version, texts))
    return tuple(found)


def _consent_values(ask: PageAsk, found: asking.Consents, shown: tuple[Consent, ...]) -> dict[str, Any]:
    free = () if len(shown) >= CONSENTS_MAX else (Consent("", "1"),) * FIELDS_FREE
    wanted = read_languages(ask.hq).languages
    others = tuple(language for language in LANGUAGES if language not in wanted)
    return {
        "consents": found,
        "seen": _seen(found.drafted),
        "shown": (*shown, *free),
        "languages": (*wanted, *others),
        "wanted": wanted,
        "names": NAMES,
    }
