"""Receipts with everything on them, in each of the five languages."""

from datetime import date

import numpy as np

from app.core.brand import Brand
from app.station.receipt import Card, Given, Kind, Points, Receipt
from resources import LANGUAGES
from scanner.opencv import cv2
from tests.builders import NOW_MS

STORES = {
    "en": "Harbour",
    "ko": "항구 매장",
    "id": "Toko Pelabuhan",
    "tr": "Güneşli Mağaza",
    "ru": "Магазин «Гавань»",
}
OFFERS = {
    "en": "Free coffee with every breakfast for two",
    "ko": "아침 식사 2인분 구매 시 커피 무료",
    "id": "Kopi gratis untuk sarapan berdua",
    "tr": "İki kişilik kahvaltıya ücretsiz çay ve börek ikramı",
    "ru": "Бесплатный кофе к завтраку на двоих в будние дни",
}
MEMBERS = {"en": "A*** L.", "ko": "김***", "id": "B*** S.", "tr": "I*** Ğ.", "ru": "Ё*** Щ."}
CURRENCIES = {"en": "EUR", "ko": "KRW", "id": "IDR", "tr": "TRY", "ru": "RUB"}
CODE = "TS:R:019b8f3a5c7e7d10a1b2c3d4e5f60718"

assert set(STORES) == set(LANGUAGES)


def a_logo() -> bytes:
    """Return a disc that is black in its middle and grey towards its edge, on nothing."""
    across = np.hypot(*np.mgrid[-80:80, -80:80])
    ink = np.clip(across * 3, 0, 255).astype(np.uint8)
    solid = np.where(across < 78, 255, 0).astype(np.uint8)
    return cv2.imencode(".png", np.dstack([ink, ink, ink, solid]))[1].tobytes()


def a_receipt(language: str = "en", **changes: object) -> Receipt:
    """Return the receipt of an order, in words of its language."""
    facts: dict = {
        "kind": Kind.ORDER,
        "store": STORES[language],
        "register": "2",
        "at_ms": NOW_MS,
        "time_zone": "Asia/Seoul",
        "currency": CURRENCIES[language],
        "number": "2026-001-0042",
        "code": CODE,
        "entry": "d-1/1/17",
        "member": MEMBERS[language],
        "given": (
            Given("5.00 " + OFFERS[language], 500),
            Given(
                OFFERS[language],
                290,
                points=100,
                paid=100,
                credit=50,
                gifts=(("COFFEE-L", 1),),
            ),
        ),
        "total": 421_900,
        "discount": 790,
        "tax": 547,
        "tenders": (("gift_card", 1_000), ("wallet", 50)),
        "due": 2_429,
        "points": Points(1_300, 100, 24),
        "expiring": ((date(2026, 3, 31), 40),),
        "is_training": True,
        "brand": Brand(name="Café Ğ 항구 Ё", logo=a_logo(), portal="https://points.example"),
        "is_queued": True,
    }
    return Receipt(**facts | changes)


def all_kinds(language: str) -> list[Receipt]:
    """Return a receipt of each kind, each with all that it can have."""
    card = Card("7K2M", paid_in=5_000, paid=1_000, balance=4_000, ends_on=date(2027, 1, 31))
    return [a_receipt(language, kind=kind, card=card if kind is Kind.GIFT_CARD else None) for kind in Kind]
