"""What the cashier is told: from what the station answered, or from what went wrong. The one place that maps faults.

Nothing here shows a host, a path, a number of a protocol or the name of an exception: faults bring their own sentence,
and what has none gets one sentence for all.
"""

import logging

from app.core.money import Currency
from app.core.reasons import Reason, Refusal, by_precedence
from app.station.answer import AnswerKind, OrderAnswer
from app.station.redeem import NotRecorded
from app.store.faults import StoreFault
from ui.i18n import _
from ui.models.paying import PayingCard, card_rows
from ui.models.picture import PictureUnclear
from ui.models.state import AnswerView, AnswerWord
from ui.texts import because

log = logging.getLogger(__name__)

WORDS = {
    AnswerKind.APPROVED: AnswerWord.APPROVED,
    AnswerKind.QUEUED: AnswerWord.QUEUED,
    AnswerKind.NOT_POSSIBLE: AnswerWord.NOT_POSSIBLE,
    AnswerKind.UNKNOWN: AnswerWord.UNKNOWN,
}


def after_order(answer: OrderAnswer, currency: Currency, cards: tuple[PayingCard, ...] = ()) -> AnswerView:
    """Return the answer to an order. `cards` are the gift cards that were to pay for it."""
    said = [] if answer.stopped is None else [answer.stopped]
    refusals = by_precedence(said + [refusal for outcome in answer.presented for refusal in outcome.refusals])
    rows = card_rows(cards, answer.tenders, link="")
    if not refusals and answer.kind is AnswerKind.NOT_POSSIBLE:  # then it is about cards alone
        refusals = by_precedence([row.why_not for row in rows if row.why_not is not None])
    return AnswerView(
        word=WORDS[answer.kind],
        discount=answer.discount,
        payable=answer.payable,
        points=answer.points,
        sentence=because(refusals[0], currency) if refusals else "",
        is_repeat=answer.is_repeat,
        undecided=refusals[1:],
        receipt=answer.order_id,
        cards=rows,
        due=answer.due,
    )


def after_refusal(refusal: Refusal, currency: Currency) -> AnswerView:
    """Return the answer to a scan that was refused: unknown codes are one thing, forged or expired ones another."""
    word = AnswerWord.UNKNOWN if refusal.reason is Reason.UNKNOWN_CODE else AnswerWord.NOT_POSSIBLE
    return AnswerView(word, sentence=because(refusal, currency))


def after_fault(problem: BaseException) -> AnswerView:
    """Return the answer when something went wrong: nothing was recorded, and why in plain words."""
    if isinstance(problem, (StoreFault, NotRecorded, PictureUnclear)):
        log.info("not recorded: %s", problem.code)
        return AnswerView(AnswerWord.NOT_POSSIBLE, sentence=_(problem.sentence))
    log.error("an answer failed by a bug", exc_info=problem)
    return AnswerView(
        AnswerWord.NOT_POSSIBLE,
        sentence=_("Something went wrong on this station. Nothing was recorded; try again."),
    )
