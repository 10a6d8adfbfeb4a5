"""The customer display's states, drawn like the station's."""

from dataclasses import replace

from app.core.brand import Brand
from app.core.reasons import Reason, Refusal
from ui.gallery.samples import EUR, LONG_NAME, LONG_WORD
from ui.i18n import _
from ui.models.display import DisplayState, Gets, Question, Reward, Slide
from ui.models.state import AnswerWord, Undone

BEAN = Brand("Blue Bean", "#7A1E48", portal="https://points.bluebean.example/me")
BASE = DisplayState(shop="Blue Bean", currency=EUR)
SHORT = Refusal(Reason.MIN_TOTAL_NOT_MET, {"missing": 640, "wanted": 3_000})
COFFEE = Reward("Free coffee, any size", key=1, discount=290, cost_points=120)
TEN = Reward("10 % off the whole order", key=2, discount=236, left_s=3_599)
NEAR = Reward("5.00 off from 30.00", missing=SHORT)
ORDER = Gets(472, 1_888, 18)


def states() -> dict[str, DisplayState]:
    """Return every state by its name."""
    return {**_brand(), **_member(), **_answer(), **_asked()}


def _brand() -> dict[str, DisplayState]:
    return {
        "display-idle": BASE,
        "display-brand": replace(BASE, brand=BEAN, code=BEAN.portal),
        "display-brand-long": replace(BASE, brand=replace(BEAN, name=LONG_NAME, color="#FFC233")),
    }


def _member() -> dict[str, DisplayState]:
    member = replace(BASE, slide=Slide.MEMBER, name="Ayşe", points=1_240)
    picked = replace(TEN, is_picked=True)
    return {
        "display-member": replace(member, rewards=(COFFEE, TEN, NEAR)),
        "display-member-order": replace(member, rewards=(COFFEE, picked, NEAR), order=ORDER),
        "display-member-code": replace(member, brand=BEAN, rewards=(COFFEE, picked), order=ORDER, code=BEAN.portal),
        "display-member-last-second": replace(member, rewards=(COFFEE, replace(TEN, left_s=1))),
        "display-member-over": replace(member, rewards=(COFFEE, replace(TEN, left_s=0))),
        "display-member-nothing": member,
        "display-member-one-point": replace(member, points=1, order=ORDER),
        "display-first-visit": replace(member, name="", points=None, order=ORDER),
        "display-gift-card": replace(member, name="", points=None, amount=4_250),
        "display-gift-card-pays": replace(
            member, rewards=(COFFEE,), order=replace(ORDER, payable=88, by_card=1_800, card_left=700)
        ),
        "display-member-many": replace(member, rewards=(COFFEE, TEN, NEAR) * 5, order=ORDER, code=BEAN.portal),
        "display-member-long": replace(
            member, name=LONG_WORD, points=12_345_678, code=BEAN.portal,
            rewards=(replace(COFFEE, name=f"{LONG_NAME} {LONG_WORD}", discount=1_234_567), NEAR),
            order=Gets(1_234_567, 999_999_999, 1_000_000),
        ),
    }  # fmt: skip


def _answer() -> dict[str, DisplayState]:
    answer = replace(BASE, slide=Slide.ANSWER, name="Ayşe", answer=AnswerWord.APPROVED, order=ORDER)
    return {
        "display-answer": answer,
        "display-answer-points": replace(answer, order=Gets(0, 2_360, 1)),
        "display-answer-not-possible": replace(answer, answer=AnswerWord.NOT_POSSIBLE, order=Gets(0, 0, 0)),
        "display-answer-undone": replace(
            answer, name="", undone=Undone(is_return=False, due=2_124, value=236, points=-46)
        ),
        "display-answer-returned": replace(answer, name="", undone=Undone(is_return=True, due=0, value=0, points=0)),
        "display-answer-owed": replace(answer, name="", undone=Undone(is_return=True, due=-150, value=650, points=1)),
        "display-answer-gift-card": replace(answer, order=Gets(0, 560, 23, by_card=1_800, card_left=700)),
        "display-answer-long": replace(
            answer, name=LONG_WORD, order=Gets(999_999_999, 999_999_999, 1_000_000)
        ),
    }  # fmt: skip


def _asked() -> dict[str, DisplayState]:
    mail = Question("mail", _("We may send you offers by e-mail."))
    text = Question("sms", _("We may send you offers by text message."), answer=True)
    asked = replace(BASE, slide=Slide.ASKED, questions=(mail, text))
    return {
        "display-asked": asked,
        "display-asked-code": replace(asked, name="Ayşe", code=BEAN.portal),
        "display-asked-many": replace(
            asked, questions=tuple(replace(mail, key=str(place), answer=False) for place in range(9))
        ),
        "display-code": replace(BASE, slide=Slide.CODE, name="Ayşe", code="M" + "7" * 12),
    }
