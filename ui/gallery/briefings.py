"""What head office tells of campaigns: some, none, in another language, and more than there is room for."""

from dataclasses import replace

from app.core.briefing import BRIEFING_MAX, BriefingCard
from ui import i18n
from ui.gallery.samples import BASE, LONG_NAME, LONG_WORD, OFFLINE
from ui.models.briefings import BriefingsView
from ui.models.state import Screen, State

TEXTS = {  # as somebody at head office would write them
    "en": "Every coffee is 10 % off until noon.\n\nSay it before they pay. Whoever has no card can join: F5.",
    "ko": "정오까지 모든 커피를 10% 할인합니다.\n\n결제 전에 안내하세요. 카드가 없으면 바로 가입할 수 있습니다: F5.",
    "id": "Semua kopi diskon 10 % sampai tengah hari.\n\nKatakan sebelum mereka membayar. Belum punya kartu? F5.",
    "tr": "Öğlene kadar tüm kahvelerde %10 indirim var.\n\nÖdemeden önce söyleyin. Kartı olmayan üye olabilir: F5.",
    "ru": "До полудня весь кофе на 10 % дешевле.\n\nСкажите это до оплаты. У кого нет карты, может вступить: F5.",
}
TITLES = {
    "en": "Coffee in the morning",
    "ko": "아침 커피",
    "id": "Kopi pagi",
    "tr": "Sabah kahvesi",
    "ru": "Утренний кофе",
}


def cards() -> tuple[BriefingCard, ...]:
    """Return three cards in the language that is drawn; two of them are new, and one begins in some days."""
    spoken = i18n.language() if i18n.language() in TEXTS else "en"
    coffee = BriefingCard(
        "coffee", TITLES[spoken], "2017-11-01T00:00:00", "2017-12-31T23:59:59", i18n.language(), TEXTS[spoken]
    )
    others = replace(coffee, campaign="tea", title="Earl Grey", text="Bergamot!", is_new=True)
    return (
        replace(others, ends_at=""),
        coffee,
        replace(
            others, campaign="next", title="Black Friday", starts_at="2017-11-24T09:30:00", is_running=False
        ),
    )


def briefings(found: tuple[BriefingCard, ...], chosen: str = "", **more: object) -> State:
    """Return a state of the page."""
    left = frozenset(card.told for card in found if chosen and card.campaign == "tea")
    view = BriefingsView(chosen, left)
    state = replace(BASE, screen=Screen.BRIEFINGS, flow=view, briefings=found, language=i18n.language())
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def states() -> dict[str, State]:
    """Return every state of the page."""
    first, second, third = cards()
    text = f"{second.text} {LONG_WORD} "
    most = replace(second, title=f"{LONG_NAME} {LONG_WORD}"[:80], text=(text * 20)[:BRIEFING_MAX])
    many = tuple(replace(most, campaign=str(place), is_new=place % 2 == 0) for place in range(21))
    return {
        "briefings": briefings((first, second, third), "coffee"),
        "briefings-new": briefings((first, second, third)),
        "briefings-next": briefings((first, second, third), "next", pill=OFFLINE),
        "briefings-none": briefings(()),
        "briefings-language": briefings((replace(second, language="ru", text=TEXTS["ru"]),)),
        "briefings-long": briefings(many, "3"),
        "idle-briefings": briefings((first, second, third), screen=Screen.IDLE, flow=None),
        "idle-briefings-read": briefings((second,), screen=Screen.IDLE, flow=None),
    }
