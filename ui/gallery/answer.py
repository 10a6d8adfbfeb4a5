"""The answers: each word, and what else is to be said."""

from dataclasses import replace

from app.core.outcome import Outcome
from app.core.reasons import Reason, Refusal
from app.printing.faults import PrinterOutOfPaper
from app.station.answer import AnswerKind, OrderAnswer
from app.store.faults import DiskFull
from ui.gallery.member import SHORT
from ui.gallery.samples import BASE, COUNTS, EUR, UNKNOWN, because, not_printed, said
from ui.models.answers import after_fault, after_order, after_refusal
from ui.models.state import AnswerView, AnswerWord, Screen, State


def answer(word: AnswerWord, **facts: object) -> State:
    """Return a state of the answer's page."""
    view = replace(AnswerView(word), **facts)  # type: ignore[arg-type]  # fields of AnswerView
    return replace(BASE, screen=Screen.ANSWER, answer=view)


def _approved(word: AnswerWord = AnswerWord.APPROVED, **facts: object) -> State:
    return answer(word, **({"discount": 472, "payable": 1_888, "points": 18} | facts))


def _refused_order(*refusals: Refusal, discount: int = 0) -> State:
    """Return the answer to an order of 23.60 whose voucher was refused; the order itself is recorded."""
    outcome = Outcome("r", "c", "v", 0, (), refusals)
    payable = 2_360 - discount
    told = OrderAnswer(
        AnswerKind.NOT_POSSIBLE, "o1", 1, 2_360, discount, payable, payable // 100, (outcome, outcome)
    )
    return replace(BASE, screen=Screen.ANSWER, answer=after_order(told, EUR))


def _refused_scan(refusal: Refusal) -> State:
    return replace(BASE, screen=Screen.ANSWER, answer=after_refusal(refusal, EUR))


def states() -> dict[str, State]:
    """Return every state of the page."""
    short, dated = SHORT.refusals[0], Refusal(Reason.EXPIRED, {"ends_on": "2017-09-01"})
    lines = Refusal(Reason.LINES_NEEDED)
    fault = replace(BASE, screen=Screen.ANSWER, answer=after_fault(DiskFull()))
    return {
        "approved": _approved(),
        "approved-new": replace(_approved(), is_new=True),
        "approved-points": answer(AnswerWord.APPROVED, payable=2_360, points=23),
        "approved-repeat": _approved(is_repeat=True),
        "approved-prints": replace(_approved(receipt="A-1"), prints=True),
        "approved-not-printed": replace(
            _approved(receipt="A-1"), prints=True, notice=not_printed(PrinterOutOfPaper()),
            receipt_notice=not_printed(PrinterOutOfPaper()),
        ),
        **{f"approved-count-{count}": _approved(points=count) for count in COUNTS},
        "queued": _approved(AnswerWord.QUEUED, points=1),
        "queued-partly": _approved(
            AnswerWord.QUEUED, discount=999_999, points=1, is_repeat=True,
            sentence=because(Refusal(Reason.LIMIT_TOTAL_REACHED)),
        ),
        "look": answer(AnswerWord.LOOK, sentence=said("This member's card was reported lost.")),
        "not-possible": _refused_order(short),
        "not-possible-automatic": _refused_order(lines, discount=118),
        "not-possible-scan": _refused_scan(Refusal(Reason.CODE_FORGED)),
        "not-possible-expired": _refused_scan(Refusal(Reason.CODE_EXPIRED)),
        "not-possible-more": _refused_order(Refusal(Reason.NOT_OWNER), dated, short),
        "not-possible-many": _refused_order(
            Refusal(Reason.MEMBER_NEEDED), Refusal(Reason.PROGRAM_EXPIRED), Refusal(Reason.ONLINE_ONLY), dated,
            lines, Refusal(Reason.REQUIRED_ITEM_MISSING), short, Refusal(Reason.NO_EFFECT), discount=118,
        ),
        "not-possible-fault": fault,
        "unknown": _refused_scan(UNKNOWN),
    }  # fmt: skip
