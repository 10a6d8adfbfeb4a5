"""Undoing an order, goods that come back, and the answers to both."""

from dataclasses import replace

from app.core.reasons import Reason, Refusal
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from ui.gallery.samples import BASE, DEMO, LONG_NAME, LONG_WORD, NOW_MS, OFFLINE, because
from ui.i18n import _
from ui.models.state import AnswerView, AnswerWord, Screen, State, Undone
from ui.models.undo import UndoView
from ui.models.undoing import Effect, GoodsRow, UndoRow, asked_of

SLIP = Effect(2_124, 236, -46, 0, 0, 1_194, needs_approval=False)
ASKED = replace(SLIP, due=5_400, value=6_000, points_back=500, vouchers=1, needs_approval=True)
NOTHING = Effect(-250, 0, 0, 0, 0, None, needs_approval=False)
SPENT = Refusal(Reason.POINTS_SPENT_SINCE, {"missing": 40})
GONE = Refusal(Reason.ORDER_UNDONE)
LATE = Refusal(Reason.UNDO_TOO_LATE, {"wanted": 30})


def order(place: int, found: Effect | Refusal = SLIP, name: str = "Ayşe Yılmaz-Petrov") -> UndoRow:
    """Return an order of the list."""
    return UndoRow(
        order_id=f"A-{place}",
        at_ms=NOW_MS - place * 7 * 3_600_000,
        member_name=name,
        total=2_360,
        discount=236,
        points=46,
        is_own=not place,
        has_returns=False,
        found=found,
        asked=asked_of(Kind.VOID, f"A-{place}", None),
    )


def undo(view: UndoView, **more: object) -> State:
    """Return a state of the page."""
    state = replace(BASE, screen=Screen.UNDO, flow=view)
    return replace(state, **more)  # type: ignore[arg-type]  # fields of State


def chosen(*rows: UndoRow, reason: ReversalReason | None = ReversalReason.MISTAKE) -> UndoView:
    """Return a list of which the first order is chosen."""
    return UndoView(rows, is_read=True, chosen=rows[0].order_id, effect=rows[0].found, reason=reason)


def answered(undone: Undone, word: AnswerWord = AnswerWord.APPROVED, **more: object) -> State:
    """Return the answer to an undoing."""
    answer = replace(AnswerView(word, receipt="r-1", undone=undone), **more)  # type: ignore[arg-type]
    return replace(BASE, screen=Screen.ANSWER, answer=answer, prints=True)


def states() -> dict[str, State]:
    """Return every state of the page."""
    mixed = (order(0), order(1, ASKED, ""), order(2, SPENT, "김서연"), order(3, GONE), order(4, LATE))
    many = tuple(order(place, ASKED, f"{LONG_NAME} {LONG_WORD}") for place in range(9))
    goods = tuple(GoodsRow(line, f"SKU-{line:04}", 3_000, 1_000) for line in range(1, 4))
    coming = (goods[0].turned(2), *goods[1:])
    long = tuple(GoodsRow(line, f"{LONG_WORD}", 999_000, 1_000, 999_000) for line in range(1, 22))
    returning = replace(chosen(order(0)), kind=Kind.RETURN, goods=goods, line=1, effect=None, reason=None)
    back = replace(returning, goods=coming, effect=replace(SLIP, due=1_416), reason=ReversalReason.GOODS_BACK)
    no_names = (replace(goods[0], sku="", left_milli=1_000),)
    return {
        "undo-reading": undo(UndoView()),
        "undo-empty": undo(UndoView(is_read=True), notice=_("There is nothing to undo.")),
        "undo-one": undo(chosen(order(0))),
        "undo": undo(chosen(*mixed)),
        "undo-none-picked": undo(UndoView(mixed[1:], is_read=True), notice=_("Pick an order first.")),
        "undo-manager": undo(
            chosen(order(1, ASKED), reason=None), pill=OFFLINE, notice=_("Pick a reason first.")
        ),
        "undo-paid-by-card": undo(chosen(order(0, replace(SLIP, due=0, on_cards=2_124)))),
        "undo-refused": undo(chosen(order(2, SPENT), reason=None), notice=because(SPENT)),
        "undo-owed": undo(chosen(order(0, NOTHING, "")), shop=replace(DEMO, is_demo=False)),
        "undo-busy": undo(chosen(*mixed), is_busy=True),
        "undo-long": undo(chosen(*many)),
        "undo-goods": undo(returning),
        "undo-goods-none": undo(replace(returning, goods=(), line=0)),
        "undo-goods-one": undo(replace(returning, goods=no_names), notice=_("Say first what comes back.")),
        "undo-goods-back": undo(back),
        "undo-goods-manager": undo(replace(back, effect=ASKED, reason=None)),
        "undo-goods-refused": undo(replace(back, effect=GONE, reason=None)),
        "undo-goods-long": undo(replace(back, goods=long, effect=replace(ASKED, due=999_999_999))),
        "answer-undone": answered(Undone(is_return=False, due=2_124, value=236, points=-46)),
        "answer-undone-queued": answered(
            Undone(is_return=False, due=-250, value=0, points=0), AnswerWord.QUEUED
        ),
        "answer-undone-paid-by-card": answered(
            Undone(is_return=False, due=0, value=236, points=-46, on_cards=2_124)
        ),
        "answer-undone-order-waits": answered(
            Undone(is_return=False, due=2_124, value=236, points=-46), goes_back=True
        ),
        "answer-undone-repeat": answered(Undone(is_return=True, due=0, value=0, points=0), is_repeat=True),
        "answer-returned": answered(
            Undone(is_return=True, due=999_999_999, value=12_345_678, points=500), AnswerWord.QUEUED
        ),
    }
