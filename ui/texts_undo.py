"""What is said of undoing: of an order in the list, of what undoing it does, and of what came of it."""

from typing import TYPE_CHECKING

from app.core.money import Currency
from app.core.reversal_kinds import Kind
from app.core.reversal_rules import ReversalReason
from ui.i18n import _, ngettext
from ui.models.state import AnswerView, AnswerWord, Undone
from ui.texts import grouped, moment, money, name_or_word, points_counted
from ui.texts_goods import thousandths

if TYPE_CHECKING:
    from ui.models.undoing import Effect, GoodsRow, UndoRow


def reason(why: ReversalReason) -> str:
    """Return a reason as it is read."""
    match why:
        case ReversalReason.MISTAKE:
            return _("It was a mistake")
        case ReversalReason.WRONG_MEMBER:
            return _("Wrong member")
        case ReversalReason.NOT_HANDED_OVER:
            return _("Was not handed over")
        case ReversalReason.CHANGED_MIND:
            return _("Changed their mind")
        case ReversalReason.TILL_VOIDED:
            return _("The till undid the sale")
        case ReversalReason.GOODS_BACK:
            return _("Goods came back")
        case ReversalReason.GOODS_FAULTY:
            return _("Goods were faulty")


def whose(row: "UndoRow") -> str:
    """Return whose order it was."""
    return name_or_word(row.member_name, is_member=row.is_member)


def when(row: "UndoRow", time_zone: str, now_ms: int) -> str:
    """Return when it was: the time of day, with the date of another day."""
    at, now = moment(row.at_ms, time_zone), moment(now_ms, time_zone)
    return at.rpartition(" ")[2] if at.partition(" ")[0] == now.partition(" ")[0] else at


def in_short(effect: "Effect", currency: Currency) -> str:
    """Return what undoing does, in one line of the list."""
    parts = []
    if effect.value:
        parts.append(_("takes back {amount}").format(amount=money(effect.value, currency)))
    if change := effect.points + effect.points_back:
        parts.append(points_counted(change))
    if effect.needs_approval:
        parts.append(_("a manager approves"))
    return " · ".join(parts)


def in_full(effect: "Effect", currency: Currency) -> tuple[str, ...]:
    """Return what undoing does, a sentence each."""
    said = [at_the_till(effect.due, currency)]
    if effect.on_cards:
        said.append(
            _("Goes back on the gift card: {amount}.").format(amount=money(effect.on_cards, currency))
        )
    if effect.value:
        said.append(
            _("What was given counts no more: {amount}.").format(amount=money(effect.value, currency))
        )
    if effect.points:
        said.append(_("Points earned: {points}.").format(points=points_counted(effect.points)))
    if effect.points_back:
        said.append(_("Points spent come back: {points}.").format(points=points_counted(effect.points_back)))
    if effect.vouchers:
        said.append(
            ngettext(
                "{count} voucher can be used once more.",
                "{count} vouchers can be used once more.",
                effect.vouchers,
            ).format(count=effect.vouchers)
        )
    if effect.balance is not None:
        said.append(_("The member then has {points}.").format(points=_points(effect.balance)))
    if effect.needs_approval:
        said.append(_("A manager has to approve this."))
    return tuple(said)


def _points(count: int) -> str:
    return ngettext("{points} point", "{points} points", count).format(points=grouped(count))


def at_the_till(due: int, currency: Currency) -> str:
    """Return the one thing to do at the till."""
    if due > 0:
        return _("Give {amount} back at the till.").format(amount=money(due, currency))
    if due < 0:
        return _("Take {amount} at the till.").format(amount=money(-due, currency))
    return _("Nothing to give back at the till.")


def goods_name(row: "GoodsRow") -> str:
    """Return what a line is called."""
    return row.sku or _("Line {number}").format(number=row.line)


def goods_left(row: "GoodsRow") -> str:
    """Return how much of a line comes back, of how much: `1 of 3`."""
    return _("{count} of {all}").format(count=thousandths(row.picked_milli), all=thousandths(row.left_milli))


def more(row: "GoodsRow") -> str:
    """Return what the key + of a line is called when it is read out."""
    return _("{name}: one more").format(name=goods_name(row))


def less(row: "GoodsRow") -> str:
    """Return what the key − of a line is called when it is read out."""
    return _("{name}: one less").format(name=goods_name(row))


def to_approve(kind: Kind) -> str:
    """Return what a manager is asked."""
    return _("Take goods back") if kind is Kind.RETURN else _("Undo this order")


def to_approve_detail(row: "UndoRow", time_zone: str) -> str:
    """Return which order it is."""
    return f"{whose(row)} · {moment(row.at_ms, time_zone)}"


# --- the answer -------------------------------------------------------------------------------------------------


def answer_title(undone: Undone) -> str:
    """Return what the answer says largest."""
    return _("Goods taken back") if undone.is_return else _("Undone")


def to_do(undone: Undone, currency: Currency) -> str:
    """Return the one thing to do, as a title."""
    return at_the_till(undone.due, currency).removesuffix(".")


def answer_details(answer: AnswerView, undone: Undone, currency: Currency) -> tuple[str, ...]:
    """Return what else there is to know, a line each."""
    parts = []
    if undone.value:
        parts.append(_("Taken back: {amount}").format(amount=money(undone.value, currency)))
    if undone.points:
        parts.append(points_counted(undone.points))
    lines = [" · ".join(parts)] if parts else []
    if undone.on_cards:
        on_cards = money(undone.on_cards, currency)
        lines.insert(0, _("Is back on the gift card: {amount}").format(amount=on_cards))
    if answer.is_repeat:
        lines.append(_("This was undone before. Nothing was undone twice."))
    if answer.word is AnswerWord.QUEUED:
        lines.append(_("Recorded on this station. Will be sent when the connection is back."))
    return tuple(lines)
