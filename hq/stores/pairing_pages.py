"""How a pairing text is asked for and shown: as a page and by no redirect, since it must stand in no address."""

import re
from typing import Any

from fastapi import Response

from hq.console.routing import Page, PageAsk
from hq.faults import Malformed
from hq.stores.pairing import Pairing
from hq.stores.picture import draw_code

URL = re.compile(r"https?://[\x21-\x7e]{1,300}")


def read_pairing_form(ask: Page) -> tuple[str, bool]:
    """Return where stations reach HQ, and whether the machine need not be confirmed. Raises `Malformed`."""
    url = ask.text("url")
    if not URL.fullmatch(url):
        raise Malformed(
            "Where stations reach head office is an address that begins with https:// or http://."
        )
    return url, bool(ask.text("trusted"))


def url_of(ask: PageAsk) -> str:
    """Return the address by which this browser reaches HQ: most likely stations do too."""
    asked = ask.request.url
    return f"{asked.scheme}://{asked.netloc}{ask.look.root}"


def pairing_typed(ask: PageAsk) -> dict[str, Any]:
    """Return what stands in the form, as it was typed or as it is at first."""
    return {"url": ask.text("url", url_of(ask)), "trusted": ask.text("trusted") == "1"}


def show_pairing(ask: Page, pairing: Pairing, *, about: str, back: str, is_trusted: bool) -> Response:
    """Show a pairing text with its picture. `back` is the page of what it pairs."""
    picture = draw_code(pairing.text)
    return ask.page_once(
        "stores/pairing.html", pairing=pairing, picture=picture, about=about, back=back, is_trusted=is_trusted
    )
