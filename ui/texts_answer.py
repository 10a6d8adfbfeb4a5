"""What an answer says, whatever it is about: an order, an undoing, or what was put on a gift card."""

from app.core.money import Currency
from ui import texts, texts_card, texts_undo
from ui.models.cards import CardRow
from ui.models.state import AnswerView, AnswerWord

GIVEN = (AnswerWord.APPROVED, AnswerWord.QUEUED)


def title(answer: AnswerView) -> str:
    """Return what is said largest."""
    if answer.undone is not None:
        return texts_undo.answer_title(answer.undone)
    return texts_card.put_title(answer.put) if answer.put is not None else texts.answer_title(answer)


def to_do(answer: AnswerView, currency: Currency) -> str:
    """Return the one thing to do."""
    if answer.undone is not None:
        return texts_undo.to_do(answer.undone, currency)
    if answer.put is not None:
        return texts_card.put_to_do(answer.put, currency)
    if _is_card_first(answer):
        return texts_card.at_the_till(answer, currency)
    return texts.instruction(answer, currency)


def details(answer: AnswerView, currency: Currency) -> tuple[str, ...]:
    """Return what else there is to know, a line each."""
    if answer.undone is not None:
        return texts_undo.answer_details(answer, answer.undone, currency)
    if answer.put is not None:
        return texts_card.put_details(answer, answer.put, currency)
    lines = texts.answer_details(answer, currency)
    cards = [
        texts_card.has_paid(row, currency) for row in answer.cards if not _is_told(row, answer, currency)
    ]
    if texts_card.paying(answer) and not _is_card_first(answer):
        lines = (texts_card.at_the_till(answer, currency), *lines)  # the second thing to do
        return (*lines[:2], *cards, *lines[2:])
    return (*lines[:1], *cards, *lines[1:])


def _is_card_first(answer: AnswerView) -> bool:
    """Whether what a card pays is the one thing to do at the till."""
    return answer.word in GIVEN and not answer.discount and bool(texts_card.paying(answer))


def _is_told(row: CardRow, answer: AnswerView, currency: Currency) -> bool:
    """Whether why a card doesn't pay is the answer itself, or stands below it anyway."""
    if row.why_not is None:
        return False
    told = (answer.sentence, *(texts.because(refusal, currency) for refusal in answer.undecided))
    return texts.because(row.why_not, currency) in told


def read_out(answer: AnswerView, currency: Currency) -> str:
    """Return the whole answer as it is read out."""
    parts = (title(answer), to_do(answer, currency), *details(answer, currency))
    if answer.is_of_order:  # its word, too, where a reason is the title
        parts = tuple(dict.fromkeys((texts.answer_word(answer), *parts)))
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)
