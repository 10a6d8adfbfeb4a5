"""What a receipt says, in the language asked for: the window may speak another one."""

from collections.abc import Iterator
from gettext import NullTranslations

from app.core.gift_cards import TenderKind
from app.core.money import CURRENCIES
from app.core.paid_order import ONE_UNIT_MILLI
from app.station.receipt import Card, Given, Kind, Points, Receipt
from ui import texts
from ui.i18n import LANGUAGES
from ui.receipt.rows import Band, Code, Edges, Line, Logo, Pair, Row, Rule, Style

LANGUAGE_NAMES = ("English", "한국어", "Bahasa Indonesia", "Türkçe: ğ ü ş ı ö ç İ", "Русский: ё й щ ы")


def rows_of(receipt: Receipt, language: str) -> tuple[Row, ...]:
    """Return a receipt's rows. KeyError for a language that there isn't."""
    return tuple(_Words(receipt, LANGUAGES[language]()).rows())


class _Words:
    """One receipt in one language."""

    def __init__(self, receipt: Receipt, said: NullTranslations) -> None:
        self._receipt = receipt
        self._gettext, self._ngettext = said.gettext, said.ngettext
        self._currency = CURRENCIES[receipt.currency]

    def rows(self) -> Iterator[Row]:
        """Yield all rows from the top."""
        receipt = self._receipt
        yield from self._marks()
        yield from self._head()
        match receipt.kind:
            case Kind.ORDER:
                yield from self._order()
            case Kind.VOID | Kind.RETURN:
                yield from self._undone()
            case Kind.TEST:
                yield from self._test()
            case Kind.GIFT_CARD:
                pass
        if receipt.card is not None:
            yield from self._card(receipt.card)
        if receipt.points is not None and receipt.kind not in (Kind.VOID, Kind.RETURN):
            yield from self._points(receipt.points)
        yield from self._foot()

    # --- head and foot --------------------------------------------------------------------------------------------

    def _marks(self) -> Iterator[Row]:
        _ = self._gettext
        if self._receipt.is_training:
            yield Band(_("TRAINING"), _("This receipt is worth nothing."))
        if self._receipt.is_undone:
            yield Band(_("Undone"), _("This order was undone afterwards."))
        if self._receipt.has_returns:
            yield Band(_("Returned"), _("A part of this order came back afterwards."))

    def _head(self) -> Iterator[Row]:
        _, receipt = self._gettext, self._receipt
        brand = receipt.brand
        if brand.logo:
            yield Logo(brand.logo)
        if brand.name and brand.name != receipt.store:
            yield Line(brand.name, Style.STORE)
            yield Line(receipt.store, Style.STRONG)
        else:
            yield Line(receipt.store, Style.STORE)
        when = texts.moment(receipt.at_ms, receipt.time_zone)
        register = _("Register {register}").format(register=receipt.register)
        yield Line(f"{when}  ·  {register}" if receipt.register else when, Style.SMALL)
        title = {
            Kind.VOID: _("Undone"),
            Kind.RETURN: _("Returned"),
            Kind.GIFT_CARD: _("Gift card"),
            Kind.TEST: _("Printer test"),
        }.get(receipt.kind)
        if title is not None:
            yield Band(title)
        if receipt.member:
            yield Rule()
            yield Pair(_("Member"), receipt.member)

    def _foot(self) -> Iterator[Row]:
        _, receipt = self._gettext, self._receipt
        yield Rule()
        if receipt.is_queued:
            yield Line(_("Recorded. Head office hears of it later."), Style.STRONG)
        if receipt.code:
            yield Code(receipt.code)
        if receipt.kind is Kind.ORDER and not receipt.is_undone:
            yield Line(_("Show this code to have it undone."), Style.SMALL)
        if receipt.number:
            yield Line(_("Order {number}").format(number=receipt.number), Style.SMALL)
        if receipt.entry:
            yield Line(receipt.entry, Style.SMALL)
        if receipt.brand.portal:
            yield Line(receipt.brand.portal.removeprefix("https://"), Style.SMALL)

    # --- an order -------------------------------------------------------------------------------------------------

    def _order(self) -> Iterator[Row]:
        _, receipt = self._gettext, self._receipt
        yield Rule()
        yield Pair(_("Order total"), self._money(receipt.total))
        for given in receipt.given:
            yield from self._given(given)
        if receipt.discount and len(receipt.given) > 1:
            yield Rule()
            yield Pair(_("Discount"), self._money(-receipt.discount), Style.STRONG)
        yield from self._tenders()
        yield Rule(is_strong=True)
        yield Pair(_("To pay"), self._money(receipt.due), Style.LARGE)
        if receipt.tax:
            yield Pair(_("Tax included"), self._money(receipt.tax), Style.SMALL)

    def _undone(self) -> Iterator[Row]:
        _, receipt = self._gettext, self._receipt
        yield Rule()
        for product, milli, amount in receipt.goods:
            yield Pair(f"{_quantity(milli)} × {product}", self._money(amount))
        if receipt.given:
            yield Pair(_("Taken back"), "", Style.STRONG)
        for given in receipt.given:
            yield Pair(f"   {given.name}", self._money(given.discount) if given.discount else "")
        backs = {TenderKind.GIFT_CARD: _("Back on the gift card"), TenderKind.WALLET: _("Back in the wallet")}
        for kind, amount in receipt.tenders:
            yield Pair(backs[TenderKind(kind)], self._money(amount))
        yield Rule(is_strong=True)
        what = _("To give back") if receipt.due >= 0 else _("To pay")
        yield Pair(what, self._money(abs(receipt.due)), Style.LARGE)
        if receipt.points is not None:
            yield from self._points_undone(receipt.points)

    def _points_undone(self, points: Points) -> Iterator[Row]:
        _ = self._gettext
        yield Rule()
        if points.spent:
            yield Pair(_("Points given back"), texts.points_gained(-points.spent), Style.STRONG)
        if points.earned:
            yield Pair(_("Earned points taken back"), texts.points_gained(points.earned), Style.STRONG)

    def _given(self, given: Given) -> Iterator[Row]:
        _, ngettext = self._gettext, self._ngettext
        yield Pair(given.name, self._money(-given.discount) if given.discount else "")
        if given.points:
            cost = ngettext("for {count} point", "for {count} points", given.points)
            yield Pair(f"   {cost.format(count=texts.grouped(given.points))}", "", Style.SMALL)
        for product, units in given.gifts:
            yield Pair(f"   {texts.grouped(units)} × {product}", _("free"), Style.SMALL)
        if given.paid:
            yield Pair(f"   {_('Paid with points')}", self._money(-given.paid), Style.SMALL)
        if given.credit:
            yield Pair(f"   {_('Added to your wallet')}", self._money(given.credit), Style.SMALL)

    def _tenders(self) -> Iterator[Row]:
        _ = self._gettext
        names = {TenderKind.GIFT_CARD: _("Gift card"), TenderKind.WALLET: _("Wallet")}
        for kind, amount in self._receipt.tenders:
            yield Pair(names[TenderKind(kind)], self._money(-amount))

    # --- points, cards, tests -------------------------------------------------------------------------------------

    def _points(self, points: Points) -> Iterator[Row]:
        _ = self._gettext
        yield Rule()
        if points.before is not None and points.after is not None:
            if points.spent:
                yield Pair(_("Points before"), texts.grouped(points.before))
                yield Pair(_("Points spent"), texts.grouped(-points.spent))
            yield Pair(_("Points now"), texts.grouped(points.after), Style.STRONG)
        for ends_on, count in self._receipt.expiring:
            until = _("Of these, usable until {day}").format(day=texts.day(ends_on))
            yield Pair(f"   {until}", texts.grouped(count), Style.SMALL)
        if points.earned:
            yield Pair(_("Earned with this order"), texts.points_gained(points.earned), Style.STRONG)
            when = _("Earned points can be spent once head office has added them.")
            yield Pair(f"   {when}", "", Style.SMALL)

    def _card(self, card: Card) -> Iterator[Row]:
        _ = self._gettext
        yield Rule()
        if card.ends_with:  # of a card that was put away only a hash is known
            yield Pair(_("Card ending in {end}").format(end=card.ends_with), "")
        if card.paid_in:
            yield Pair(_("Put on the card"), self._money(card.paid_in))
        if card.paid:
            yield Pair(_("Paid with the card"), self._money(-card.paid))
        yield Rule(is_strong=True)
        yield Pair(_("Balance"), self._money(card.balance), Style.LARGE)
        if card.ends_on is not None:
            yield Line(_("Usable until {day}").format(day=texts.day(card.ends_on)), Style.SMALL)

    def _test(self) -> Iterator[Row]:
        _ = self._gettext
        yield Edges()
        yield Line(_("If nothing is cut off at the edges, the printer is set up."))
        for name in LANGUAGE_NAMES:
            yield Line(name, Style.SMALL)
        yield Pair(_("To pay"), self._money(123_450), Style.LARGE)

    def _money(self, minor: int) -> str:
        return texts.money(minor, self._currency)


def _quantity(milli: int) -> str:
    """Write thousandths of a unit: 2000 → `2`, 350 → `0.35`."""
    return f"{milli / ONE_UNIT_MILLI:g}"
