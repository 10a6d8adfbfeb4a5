"""Why something was given or not, in sentences: what a trace found, as a manager can read it out."""

from collections.abc import Iterator, Mapping

from app.core.approvals import Why
from app.core.authority import AuthKind
from app.core.entry import ENROL, GIFT_CARD, ORDER, RETURN, VOID
from app.core.reasons import BY_CODE
from app.core.signed_code import Level
from app.core.verdicts import Verdict
from app.review.rows import ReviewRow, Standing
from app.review.trace import Fact, FactName, Trace, TracedOffer
from ui.i18n import _, ngettext
from ui.models.state import State
from ui.texts import because, grouped, moment, money, points_counted
from ui.texts_goods import thousandths
from ui.texts_queue import flags, verdict
from ui.why_texts import why

Part = tuple[str, tuple[str, ...]]  # a heading, and what stands under it
NAMES = Mapping[str, str]


def kind(row: ReviewRow) -> str:
    """Return what an entry is."""
    named = {VOID: _("Undone"), RETURN: _("Return"), ENROL: _("New member"), GIFT_CARD: _("Gift card")}
    return named.get(row.kind) or (_("Order") if row.kind == ORDER else _("Entry"))


def standing(found: Standing) -> str:
    """Return how head office stands to an entry."""
    return {
        Standing.WAITING: _("Waiting"),
        Standing.SENT: _("Sent"),
        Standing.POSTED: _("Counted"),
        Standing.LOOK: _("To look at"),
    }[found]


def staff(key: str, names: NAMES) -> str:
    """Return whose hands it was."""
    return (names.get(key) or key) if key else _("Nobody signed in")


def parts(found: Trace, names: NAMES, state: State) -> tuple[Part, ...]:
    """Return all of it, under headings."""
    told = (
        (_("What happened"), tuple(_happened(found, names, state))),
        *(_offer(offer, found, state) for offer in found.offers),
        (_("What the decision knew"), tuple(_known(found, state))),
        (_("Who approved it"), tuple(_approved(found, names, state))),
        (_("What head office said"), tuple(_words(found, state))),
        (_("Since then"), tuple(_since(found, names, state))),
    )
    return tuple((heading, said) for heading, said in told if said)


def _happened(found: Trace, names: NAMES, state: State) -> Iterator[str]:
    row, currency = found.row, state.shop.currency
    at = moment(row.at_ms, state.time_zone)
    yield _("{time}, at till {register}, by {name}").format(
        time=at, register=row.register or "–", name=staff(row.staff, names)
    )
    for line in found.lines:
        if not line.sku:
            continue  # a total that was typed: it follows
        said = _("{count} × {name}: {amount}")
        text = said.format(
            count=thousandths(line.quantity_milli), name=line.sku, amount=money(line.amount, currency)
        )
        yield f"{text}, {money(-line.discount, currency)}" if line.discount else text
    if row.total:
        yield _("Total {total}, taken off {discount}.").format(
            total=money(row.total, currency), discount=money(row.discount, currency)
        )
    if row.points_earned or row.points_spent:
        change = row.points_earned - row.points_spent
        yield _("Points: {points}.").format(points=points_counted(change))
    if row.gift_cards:
        yield _("Gift cards: {amount}.").format(amount=money(row.gift_cards, currency))
    yield _("With a connection.") if row.is_online else _("Without a connection.")


# --- offers ---------------------------------------------------------------------------------------------------------


def _offer(offer: TracedOffer, found: Trace, state: State) -> Part:
    currency = state.shop.currency
    if offer.is_given or not offer.refusals:
        said = _("{offer}: given") if offer.is_given else _("{offer}: taken back")
        return said.format(offer=offer.name), tuple(_given(offer, found, state))
    said = _("{offer}: not given") if offer.is_recorded else _("{offer}: did not apply")
    reasons = tuple(dict.fromkeys(because(refusal, currency) for refusal in offer.refusals))
    return said.format(offer=offer.name), reasons


def _given(offer: TracedOffer, found: Trace, state: State) -> Iterator[str]:
    currency, skus = state.shop.currency, {line.line: line.sku for line in found.lines}
    if offer.discount:
        yield _("Taken off: {amount}.").format(amount=money(offer.discount, currency))
    if len(offer.by_line) > 1:
        for line, share in offer.by_line:
            if share:
                yield f"{skus.get(line) or line}: {money(-share, currency)}"
    if offer.points:
        yield _("Points: {points}.").format(points=points_counted(-offer.points))
    if offer.credit:
        yield _("Credited: {amount}.").format(amount=money(offer.credit, currency))
    for sku, units in offer.gifts:
        yield _("Given along: {count} × {name}.").format(count=grouped(units), name=sku)
    if offer.is_given:
        yield _("A code was shown, or it was picked.") if offer.is_presented else _("It applies by itself.")
        yield _right(offer)


def _right(offer: TracedOffer) -> str:
    return {
        AuthKind.ALWAYS: _("It needs no word of head office."),
        AuthKind.ONLINE: _("Head office was asked and said yes."),
        AuthKind.LEASE: _("It came from what head office had set aside for this station."),
        AuthKind.FLOOR: _("It was within the limit that holds without head office."),
    }[offer.right]


# --- what was known -------------------------------------------------------------------------------------------------


def _known(found: Trace, state: State) -> Iterator[str]:
    if found.program_version:
        version = grouped(found.program_version)
        yield _("Rules of version {version}.").format(version=version)
        yield _again(found)
    for fact in found.facts:
        if said := _fact(fact, state):
            yield said


def _again(found: Trace) -> str:
    if not found.is_replayed:
        return _("This station no longer holds those rules. This is what was recorded.")
    if found.differs:
        return _("Decided again by those rules, it comes out otherwise. Tell head office.")
    return _("Decided again by those rules, it comes out the same.")


def _fact(fact: Fact, state: State) -> str:
    return _of_member(fact, state) or _of_rights(fact, state)


def _of_member(fact: Fact, state: State) -> str:
    value, most = grouped(fact.value), grouped(fact.most)
    match fact.name:
        case FactName.LEVEL:
            return _levels().get(fact.text, "")
        case FactName.BALANCE:
            had = ngettext("The member had {count} point.", "The member had {count} points.", fact.value)
            return had.format(count=value)
        case FactName.AS_OF:
            at = moment(fact.value, state.time_zone)
            return _("These are head office's figures of {time}.").format(time=at)
        case FactName.TIER:
            return _("Tier: {name}.").format(name=fact.text)
        case FactName.SEGMENT:
            return _("Belongs to: {name}.").format(name=fact.text)
        case FactName.USES if fact.most:
            said = _("{offer}: used {count} of {most} times before.")
            return said.format(offer=fact.text, count=value, most=most)
        case FactName.USES:
            return _("{offer}: used {count} times before.").format(offer=fact.text, count=value)
    return ""


def _of_rights(fact: Fact, state: State) -> str:
    value, most = grouped(fact.value), grouped(fact.most)
    match fact.name:
        case FactName.LEASE:
            until = moment(fact.most, state.time_zone)
            return _("Set aside for this station: {count}, until {time}.").format(count=value, time=until)
        case FactName.FLOOR_TIMES if fact.value:
            return _("Given without head office since it was heard last: {count}.").format(count=value)
        case FactName.STOPPED:
            return _("Stopped then: {name}.").format(name=fact.text)
        case FactName.COUNTER:
            return _("Counted before, {name}: {count}.").format(name=fact.text, count=value)
        case FactName.SIGNAL:
            return _("Told by the till: {name}.").format(name=fact.text)
        case FactName.CAP_TIMES if fact.most:
            return _("Not yet heard of by head office: {count} of {most}.").format(count=value, most=most)
        case FactName.CAP_VALUE if fact.most:
            amounts = (money(amount, state.shop.currency) for amount in (fact.value, fact.most))
            said = _("Not yet heard of by head office: {count} of {most}.")
            return said.format(**dict(zip(("count", "most"), amounts, strict=True)))
    return ""


def _levels() -> Mapping[str, str]:
    return {
        Level.TYPED: _("The member was found by a number that was typed."),
        Level.NUMBER: _("The member showed a card that can be copied."),
        Level.SIGNED: _("The member showed a signed code."),
        Level.LIVE: _("The member showed a code of their own phone, of that minute."),
    }


# --- people ---------------------------------------------------------------------------------------------------------


def _approved(found: Trace, names: NAMES, state: State) -> Iterator[str]:
    for each in found.approvals:
        reason = why(Why(each.why)) if each.why in set(Why) else each.why
        at = moment(each.at_ms, state.time_zone)
        yield f"{at} · {staff(each.approver, names)} · {reason}"


def _words(found: Trace, state: State) -> Iterator[str]:
    if not found.words and found.row.standing is Standing.WAITING:
        yield _("It has not been sent yet.")
    for word in found.words:
        at = moment(word.at_ms, state.time_zone)
        yield f"{at} · {_verdict(word.verdict)}"
        yield from (said for flag in word.flags if (said := flags().get(flag)))


def _verdict(word: str) -> str:
    return _("It counts.") if word == Verdict.POSTED else verdict(Verdict(word))


def _since(found: Trace, names: NAMES, state: State) -> Iterator[str]:
    for row in found.undone_by:
        at = moment(row.at_ms, state.time_zone)
        yield f"{at} · {kind(row)} · {staff(row.staff, names)}"


def refused(row: ReviewRow) -> tuple[str, ...]:
    """Return why what was presented was not given, the titles alone."""
    found = (BY_CODE.get(code) for code in row.refused)
    return tuple(dict.fromkeys(_(reason.sentence).partition(". ")[0] for reason in found if reason))
