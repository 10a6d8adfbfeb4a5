"""Somebody becomes a member: asked, typed, refused, warned of, and welcomed."""

from dataclasses import replace

from app.station.enrol import NotEnrolled
from scanner.draw import qr_png
from ui.gallery.samples import BASE, LONG_NAME, LONG_WORD, NOW_MS, OFFLINE
from ui.i18n import _
from ui.models.enrol import MODULE_PX, ConsentRow, EnrolView, Welcome
from ui.models.state import Screen, State
from ui.texts_goods import card_taken, joined_before

NUMBER = "M0123456789P"
NEWS = ConsentRow("news", "2", "en", "We may write to you about offers and what is new in the shop.")
SMS = ConsentRow("sms", "1", "en", "We may send you text messages.")
LONG = ConsentRow("long", "1", "en", (f"{LONG_NAME} {LONG_WORD} agrees to all of the above. " * 3)[:300])


def enrol(view: EnrolView, **more: object) -> State:
    """Return a state of the page."""
    state = replace(BASE, screen=Screen.ENROL, flow=view)
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def states() -> dict[str, State]:
    """Return every state of the page."""
    typed = EnrolView(2, "+90 532 000 00 00", "Ayşe Yılmaz", "05-17", consents=(NEWS, SMS))
    five = tuple(replace(LONG, what=f"c{nth}", is_given=nth == 1) for nth in range(5))
    welcome = Welcome(NUMBER, qr_png(NUMBER, module_px=MODULE_PX))
    return {
        "enrol-empty": enrol(EnrolView(1)),
        "enrol-asked": enrol(EnrolView(1, consents=(NEWS, SMS))),
        "enrol": enrol(replace(typed, consents=(replace(NEWS, is_given=True), SMS))),
        "enrol-offline": enrol(replace(typed, begun=3), pill=OFFLINE),
        "enrol-card": enrol(EnrolView(4, card=NUMBER, consents=(NEWS,))),
        "enrol-busy": enrol(replace(typed, begun=5), is_busy=True),
        "enrol-nobody": enrol(EnrolView(6, consents=(NEWS, SMS), problem=_(NotEnrolled.NOBODY.sentence))),
        "enrol-phone": enrol(replace(typed, begun=7, contact="053x", problem=_(NotEnrolled.PHONE.sentence))),
        "enrol-no-key": enrol(replace(typed, begun=8, problem=_(NotEnrolled.NO_KEY.sentence))),
        "enrol-taken": enrol(replace(typed, begun=9, problem=card_taken(LONG_NAME))),
        "enrol-before": enrol(replace(typed, begun=10, warning=joined_before(NOW_MS, BASE.time_zone))),
        "enrol-long": enrol(
            EnrolView(
                11,
                f"{'x' * 60}@example.com",
                "Wilhelmina Alexandra",
                "05-17",
                NUMBER,
                five,
                _(NotEnrolled.NO_KEY.sentence),
            )
        ),
        "enrol-welcome": enrol(EnrolView(12, welcome=welcome)),
        "enrol-welcome-plain": enrol(EnrolView(13, welcome=Welcome(NUMBER, b""))),
    }
