"""The shopping year's campaigns as a program: each coupon of a campaign is a rule, 1.00 off its products."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.core.canonical import canonical
from app.demo.journey import Journey, VoucherKey

TIME_ZONE = "America/New_York"
CURRENCY = "USD"
OFF_CENTS = 100
DAY_MS = 86_400_000
CONSENTS = [
    {
        "id": "offers",
        "version": "1",
        "texts": {
            "en": "We may write to you about offers.",
            "ko": "혜택 소식을 보내 드려도 됩니다.",
            "id": "Kami boleh mengirim kabar tentang penawaran.",
            "tr": "Tekliflerimizi size yazabiliriz.",
            "ru": "Мы можем писать вам о предложениях.",
        },
    },
    {
        "id": "habits",
        "version": "1",
        "texts": {
            "en": "We may look at what you buy, to make offers that fit.",
            "ko": "맞춤 혜택을 위해 구매 내역을 살펴봐도 됩니다.",
            "id": "Kami boleh melihat belanjaan Anda agar penawaran lebih cocok.",
            "tr": "Size uygun teklifler için alışverişlerinize bakabiliriz.",
            "ru": "Мы можем учитывать ваши покупки, чтобы предлагать подходящее.",
        },
    },
]  # asked of whoever becomes a member at a station of the demo
BRIEFING = {
    "en": "Both offers are for everybody, without a card too.\n\nOne is enough: pick what takes more off.",
    "ko": "두 혜택 모두 카드가 없어도 받을 수 있습니다.\n\n구매마다 하나면 됩니다. 더 많이 할인되는 쪽을 고르세요.",
    "id": "Kedua penawaran berlaku untuk semua, juga tanpa kartu.\n\nSatu cukup: pilih yang potongannya terbesar.",
    "tr": "İki teklif de herkes için, kart olmasa da.\n\nBir alışverişe biri yeter: indirimi büyük olanı seçin.",
    "ru": "Оба предложения для всех, и без карты.\n\nНа покупку хватит одного: выберите то, что выгоднее.",
}  # what cashiers of the demo are told
GOOD_FOR_DAYS = 800  # the year and a good while after it, so that a station of the demo can be tried later


def program_body(journey: Journey, refs: Mapping[int, str], *, now_ms: int) -> bytes:
    """Return the program's published form. `refs` maps households to member references."""
    product_sets: dict[tuple[int, ...], str] = {}
    rules = {
        key: _rule(key, _set_name(product_sets, products), place)
        for place, (key, products) in enumerate(sorted(journey.coupons.items()))
    }
    return canonical(
        {
            "format": 1,
            "program_id": "shopping-year",
            "version": 1,
            "name": "The shopping year",
            "currency": CURRENCY,
            "time_zone": TIME_ZONE,
            "expires_ms": now_ms + GOOD_FOR_DAYS * DAY_MS,
            "product_sets": {
                name: [str(product) for product in products] for products, name in product_sets.items()
            },
            "earning": [{"id": "base", "points_milli": 1000, "per": 100, "mode": "full_unit"}],
            "consents": CONSENTS,
            "campaigns": [
                {
                    "id": str(campaign.campaign_id),
                    "name": f"Campaign {campaign.campaign_id}",
                    "starts_on": campaign.starts_on.isoformat(),
                    "ends_on": campaign.ends_on.isoformat(),
                    "audience": sorted(refs[household] for household in campaign.households),
                    "offline": "always",
                    "rules": [rule for key, rule in rules.items() if key[0] == campaign.campaign_id],
                }
                for campaign in journey.campaigns
            ]
            + _total_offers(journey),
        }
    )


def _total_offers(journey: Journey) -> list[dict[str, Any]]:
    """Two offers for everybody that need only a total, live from the day after the replay: its figures stand."""
    starts_on = journey.last_day + timedelta(days=1)
    offers: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        (
            "five-off",
            "5.00 off from 30.00",
            {"kind": "amount_off", "target": "order", "amount": 500},
            {"condition": {"fact": "order.total", "op": "at_least", "value": 3000}},
        ),
        ("ten-percent", "10 % off", {"kind": "percent_off", "target": "order", "basis_points": 1000}, {}),
    ]
    return [
        {
            "id": f"after-{name}",
            "name": title,
            "starts_on": starts_on.isoformat(),
            "ends_on": (starts_on + timedelta(days=GOOD_FOR_DAYS)).isoformat(),
            "audience": None,
            "offline": "always",
            "briefing": BRIEFING,
            "rules": [
                {"id": name, "name": title, "trigger": "choice", "priority": 0, "effect": effect} | condition
            ],
        }
        for name, title, effect, condition in offers
    ]


def rule_id(key: VoucherKey) -> str:
    """Return the rule of a coupon: campaign and printed product code."""
    campaign_id, coupon_upc = key
    return f"{campaign_id}-{coupon_upc}"


def _set_name(product_sets: dict[tuple[int, ...], str], products: tuple[int, ...]) -> str:
    """Return the name of a set of products; coupons with the same products share one."""
    wanted = tuple(sorted(products))
    return product_sets.setdefault(wanted, f"products-{len(product_sets) + 1}")


def _rule(key: VoucherKey, products: str, place: int) -> dict[str, Any]:
    return {
        "id": rule_id(key),
        "name": f"1.00 off (coupon {key[1]})",
        "trigger": "voucher",
        # Several on one order apply by campaign, then coupon, as numbers: the earlier, the higher its priority.
        "priority": -place,
        "effect": {"kind": "amount_off", "target": "products", "amount": OFF_CENTS, "products": products},
    }
