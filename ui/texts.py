"""What the station says: sentences made of a state's values. Every one passes gettext; none speaks of networks."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from app.core.money import Currency, format_amount
from app.core.reasons import Reason, Refusal, sentence
from app.core.reversal_kinds import Kind
from app.core.standing import Standing
from ui import names
from ui.i18n import _, ngettext
from ui.models.amount import AmountProblem, parse_amount
from ui.models.state import ActionRow, AnswerView, AnswerWord, MemberCard, OfferRow

SIGNS: Mapping[str, str] = MappingProxyType(
    {"EUR": "€", "GBP": "£", "IDR": "Rp\u00a0", "KRW": "₩", "RUB": "₽", "TRY": "₺", "USD": "$"}
)
GROUP = "\u202f"  # narrow no-break space between thousands, the same in all five languages
MINUS = "\u2212"
MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400


# --- numbers ------------------------------------------------------------------------------------------------


def grouped(count: int) -> str:
    """Write a whole number: 12400 → `12 400`."""
    return f"{count:,}".replace(",", GROUP).replace("-", MINUS)


def money(minor: int, currency: Currency) -> str:
    """Write an amount with its sign: 123450 → `€1 234.50`."""
    units, point, cents = format_amount(abs(minor), currency).partition(".")
    minus = MINUS if minor < 0 else ""
    return f"{minus}{SIGNS.get(currency.code, currency.code)}{grouped(int(units))}{point}{cents}"


def discount(minor: int, currency: Currency) -> str:
    """Write what is taken off: 236 → `−€2.36`, and nothing as `€0.00`."""
    return money(-minor, currency)


def points_gained(points: int) -> str:
    """Write points with their sign: 25 → `+25`."""
    return f"+{grouped(points)}" if points > 0 else grouped(points)


# --- times --------------------------------------------------------------------------------------------------


def duration(seconds: int) -> str:
    """Write how long: `12 s`, `5 min`, `4 h 12 min`, `2 d 4 h`."""
    seconds = max(seconds, 0)
    if seconds < MINUTE_S:
        return _("{seconds} s").format(seconds=seconds)
    if seconds < HOUR_S:
        return _("{minutes} min").format(minutes=seconds // MINUTE_S)
    if seconds < DAY_S:
        return _("{hours} h {minutes} min").format(
            hours=seconds // HOUR_S, minutes=seconds % HOUR_S // MINUTE_S
        )
    return _("{days} d {hours} h").format(days=seconds // DAY_S, hours=seconds % DAY_S // HOUR_S)


def ago(seconds: int) -> str:
    """Write how long since: `12 s ago`."""
    return _("{duration} ago").format(duration=duration(seconds))


def clock(at_ms: int, time_zone: str) -> str:
    """Write the time of day in the store."""
    return f"{_moment(at_ms, time_zone):%H:%M}"


def day(when: date) -> str:
    """Write a date that no language reads the wrong way round."""
    return when.isoformat()


def moment(at_ms: int, time_zone: str) -> str:
    """Write date and time in the store."""
    at = _moment(at_ms, time_zone)
    return f"{day(at.date())} {at:%H:%M}"


def _moment(at_ms: int, time_zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(time_zone))


# --- how the station stands ---------------------------------------------------------------------------------


def standing(found: Standing) -> str:
    """Return what to know of how this station stands; empty when all is well."""
    return _(found.sentence) if found.sentence else ""


# --- member and offers --------------------------------------------------------------------------------------


def member_name(member: MemberCard) -> str:
    """Return how the member is called on the page."""
    return names.shown(member.name) or (_("Member") if member.is_known else _("First visit here"))


def balance_age(member: MemberCard, now_ms: int) -> str:
    """Return how old the balance is."""
    return _("As of {ago}").format(ago=ago((now_ms - member.as_of_ms) // 1000))


def points_word(count: int) -> str:
    """Return the unit under a number of points."""
    return ngettext("point", "points", count)


def points_counted(count: int) -> str:
    """Return points with their sign and unit: `+25 points`."""
    return ngettext("{points} point", "{points} points", abs(count)).format(points=points_gained(count))


def points_pending(count: int) -> str:
    """Return how many points of this station head office has still to add."""
    return _("{points} on their way").format(points=points_gained(count))


def because(refusal: Refusal, currency: Currency) -> str:
    """Return the sentence of a reason, with money and dates as people read them."""
    if refusal.reason is Reason.MIN_TOTAL_NOT_MET and refusal.numbers.get("missing") == refusal.numbers.get(
        "wanted"
    ):
        wanted = money(int(refusal.numbers["wanted"]), currency)
        return _("From {wanted} on.").format(wanted=wanted)  # nothing is on the order yet
    return sentence(refusal, money=lambda minor: money(minor, currency), translate=_)


def switch_to(newcomer: MemberCard | None) -> str:
    """Return the question whether another member takes over."""
    if newcomer is None or not newcomer.name:
        return _("Switch to the card just scanned?")
    return _("Switch to {name}?").format(name=names.shown(newcomer.name))


def at_till_now(member: MemberCard | None) -> str:
    """Return who would have to go."""
    if member is None or not member.name:
        return _("Another member is at the till now.")
    return _("{name} is at the till now.").format(name=names.shown(member.name))


def order_goes_along(total: int, currency: Currency) -> str:
    """Return what happens to the order."""
    return _("The order of {amount} goes along.").format(amount=money(total, currency))


def title_and_hint(said: str) -> tuple[str, str]:
    """Split what a reason or a fault says: its first sentence is the title, what follows is what to do."""
    title, _point, hint = said.partition(". ")
    return title.removesuffix("."), hint


def points_cost(count: int) -> str:
    """Return what an offer costs in points."""
    return ngettext("costs {count} point", "costs {count} points", count).format(count=grouped(count))


def scanned_voucher() -> str:
    """Return what stands under an offer that was scanned."""
    return _("Scanned voucher")


def asked_on_confirming() -> str:
    """Return what stands under an offer that only head office can give."""
    return _("Head office is asked when you confirm")


def countdown(left_s: int) -> str:
    """Write how long something can still be had: `00:00:01`; in the second after it, nothing is left."""
    left_s = max(left_s, 0)
    return f"{left_s // HOUR_S:02}:{left_s // MINUTE_S % 60:02}:{left_s % 60:02}"


def ends(left_s: int | None) -> str:
    """Return when something ends; nothing where that is far away."""
    if left_s is None:
        return ""
    return _("Ends in {time}").format(time=countdown(left_s)) if left_s > 0 else _("Ended")


def remove_voucher(offer: OfferRow) -> str:
    """Return what the cross beside a scanned voucher is called when it is read out."""
    return _("Take {offer} out again").format(offer=offer.name)


def offer_name(offer: OfferRow, currency: Currency) -> str:
    """Return what an offer is called when it is read out."""
    off = asked_on_confirming() if offer.is_to_ask else discount(offer.discount, currency)
    said = _("{offer}, {discount}, picked") if offer.is_picked else _("{offer}, {discount}")
    name = said.format(offer=offer.name, discount=off)
    if offer.cost_points:
        name = f"{name}, {points_cost(offer.cost_points)}"
    return name if offer.key is None else f"{offer.key}: {name}"


def amount_problem(problem: AmountProblem, currency: Currency) -> str:
    """Return what to type instead of something that is no amount."""
    example = format_amount(1250 if currency.digits else 5000, currency)
    match problem:
        case AmountProblem.EMPTY:
            return _("Enter the order's amount first.")
        case AmountProblem.NOT_FIGURES:
            return _("Type the amount in figures only, such as {example}.").format(example=example)
        case AmountProblem.DECIMALS if not currency.digits:
            return _("Type the amount without decimals, such as {example}.").format(example=example)
        case AmountProblem.DECIMALS:
            return ngettext(
                "Type at most {count} decimal, such as {example}.",
                "Type at most {count} decimals, such as {example}.",
                currency.digits,
            ).format(count=currency.digits, example=example)
        case AmountProblem.TOO_LARGE:
            return _("This is too large for an amount. Type the order's total, such as {example}.").format(
                example=example
            )
        case AmountProblem.ZERO:
            return _("Type an amount above {nothing}.").format(nothing=money(0, currency))


def typed_problem(typed: str, currency: Currency) -> str:
    """Return what to say of a typed text that is no amount, and nothing of one that is."""
    amount = parse_amount(typed, currency)
    return amount_problem(amount, currency) if isinstance(amount, AmountProblem) else ""


def lines_from_till(lines: int) -> str:
    """Return where the order came from."""
    return ngettext("{count} line from the till", "{count} lines from the till", lines).format(count=lines)


# --- answers ------------------------------------------------------------------------------------------------


def answer_title(answer: AnswerView) -> str:
    """Return what an answer says largest: its word, or the reason where something isn't possible."""
    if answer.word is AnswerWord.NOT_POSSIBLE:
        return title_and_hint(answer.sentence)[0]
    return answer_word(answer)


def answer_word(answer: AnswerView) -> str:
    """Return the word of an answer."""
    match answer.word:
        case AnswerWord.APPROVED | AnswerWord.QUEUED:
            return _("Approved")
        case AnswerWord.LOOK:
            return _("Check first")
        case AnswerWord.NOT_POSSIBLE:
            return _("Not possible")
        case AnswerWord.UNKNOWN:
            return _("Unknown code")


def instruction(answer: AnswerView, currency: Currency) -> str:
    """Return the one thing to do."""
    if answer.word is AnswerWord.UNKNOWN:
        return _("Scan it again, or type the number")
    if answer.word is AnswerWord.LOOK:
        return answer.sentence
    if answer.word is AnswerWord.NOT_POSSIBLE and not answer.payable:
        return title_and_hint(answer.sentence)[1] or _("Tell the reason, then go on")
    if answer.discount:
        return _("Take {amount} off at the till").format(amount=money(answer.discount, currency))
    return _("Nothing to take off at the till")


def answer_details(answer: AnswerView, currency: Currency) -> tuple[str, ...]:
    """Return what else there is to know, a line each."""
    if answer.word is AnswerWord.UNKNOWN:
        return (answer.sentence,)
    if answer.word is AnswerWord.LOOK:
        return (_("Call the manager before you go on."),)
    if answer.word is AnswerWord.NOT_POSSIBLE:
        return _beside_a_no(answer, currency)
    lines = [_to_pay(answer, currency)]
    if answer.sentence:
        lines.append(answer.sentence)
    if answer.is_repeat:
        lines.append(_("This order was recorded before. Nothing was recorded twice."))
    if answer.word is AnswerWord.QUEUED:
        lines.append(_("Recorded on this station. Will be sent when the connection is back."))
    return tuple(lines)


def _beside_a_no(answer: AnswerView, currency: Currency) -> tuple[str, ...]:
    """Return what stands under a no. With `payable` the order itself was recorded, and automatic offers count."""
    further = tuple(because(refusal, currency) for refusal in answer.undecided)
    if not answer.payable:
        return further
    hint = title_and_hint(answer.sentence)[1]
    return (_to_pay(answer, currency), *((hint,) if hint else ()), *further)


def _to_pay(answer: AnswerView, currency: Currency) -> str:
    to_pay, gained = money(answer.to_pay, currency), points_counted(answer.points)
    return _("To pay {amount} · {points}").format(amount=to_pay, points=gained)


def spoken(answer: AnswerView, currency: Currency) -> str:
    """Return the whole answer as it is read out."""
    words = dict.fromkeys((answer_word(answer), answer_title(answer)))  # each once
    parts = (*words, instruction(answer, currency), *answer_details(answer, currency))
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


# --- idle ---------------------------------------------------------------------------------------------------


def action_name(action: ActionRow) -> str:
    """Return whose action it was."""
    return name_or_word(action.member_name, is_member=action.is_member)


def name_or_word(name: str, *, is_member: bool) -> str:
    """Return whose something was: a member may have no name."""
    return names.shown(name) or (_("Member") if is_member else _("No member"))


def action_detail(action: ActionRow, currency: Currency) -> str:
    """Return what stands under an action: that it is undone, why it was refused, its points, and that it waits."""
    if action.undone is Kind.VOID:
        return _("Undone")
    parts = [] if action.undone is None else [_("Goods taken back")]
    if action.refusal is not None:
        title, _hint = title_and_hint(because(action.refusal, currency))
        parts.append(_("Refused: {reason}").format(reason=title))
    if action.points or action.refusal is None:
        parts.append(points_counted(action.points))
    if action.is_queued:
        parts.append(_("waiting to be sent"))
    return " · ".join(parts)


def with_unseen(word: str, unseen: int) -> str:
    """Return what stands on the manager's key while there is something to look at."""
    return _("{word}: {count} to look at").format(word=word, count=grouped(unseen))


def delete_last() -> str:
    """Return what the key ⌫ is called when it is read out."""
    return _("Delete the last digit")
