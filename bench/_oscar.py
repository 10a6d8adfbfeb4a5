"""The same campaigns as offers of django-oscar, as it is shipped and with everything in memory beforehand.

Importing this sets Django up on a database in memory, with Oscar's own tables. Oscar knows neither stores, hours nor
segments, so its count and value conditions are extended by a look at these, which costs next to nothing. It knows no
steps either: an offer has the percentage of the step that would be reached. Units are used up for each offer by itself
(none is exclusive), and all but "three for two" are applied once, which spares Oscar the second try.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

import django
from django.conf import settings
from django.core.management import call_command
from oscar import defaults

from bench._campaigns import MINUTE, SEGMENTS, STORE, Campaign, Goods, Item, Scene

PLAIN = "admin auth contenttypes sessions messages sites flatpages"
SHOP = """analytics.Analytics checkout.Checkout address.Address shipping.Shipping catalogue.Catalogue
    catalogue.reviews.CatalogueReviews communication.Communication partner.Partner basket.Basket payment.Payment
    offer.Offer order.Order customer.Customer search.Search voucher.Voucher wishlists.Wishlists dashboard.Dashboard"""
DASHBOARD = (
    "Reports Users Orders Catalogue Offers Partners Pages Ranges Reviews Vouchers Communications Shipping"
)
APPS = [
    *(f"django.contrib.{name}" for name in PLAIN.split()),
    "oscar.config.Shop",
    *("oscar.apps.{}.apps.{}Config".format(*name.rsplit(".", 1)) for name in SHOP.split()),
    *(f"oscar.apps.dashboard.{name.lower()}.apps.{name}DashboardConfig" for name in DASHBOARD.split()),
    *("widget_tweaks", "haystack", "treebeard", "django_tables2"),
]


class _NoMigrations:
    """Tables are made from the models: the history of the schema is of no use in a database that lives for a minute."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


settings.configure(
    INSTALLED_APPS=APPS,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    MIGRATION_MODULES=_NoMigrations(),
    SITE_ID=1,
    SECRET_KEY="of a database in memory",  # noqa: S106 nothing is signed by it
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
    **{name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR")},
)
django.setup()

from django.db import connection, transaction  # noqa: E402 models can be imported only now
from oscar.apps.basket.models import Basket  # noqa: E402
from oscar.apps.catalogue.models import Category, Product, ProductClass  # noqa: E402
from oscar.apps.offer.applicator import Applicator  # noqa: E402
from oscar.apps.offer.conditions import CountCondition, ValueCondition  # noqa: E402
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range  # noqa: E402
from oscar.apps.partner.models import Partner, StockRecord  # noqa: E402
from oscar.apps.partner.strategy import Selector  # noqa: E402

_gates: dict[int, Callable[[], bool]] = {}  # by a condition's key: what Oscar doesn't know to ask


class GatedCount(CountCondition):
    """So many units, and what Oscar doesn't know."""

    class Meta:
        proxy = True
        app_label = "offer"

    def is_satisfied(self, offer: ConditionalOffer, basket: Basket) -> bool:
        """Ask the gate first, which is cheaper."""
        return _gates[self.pk]() and super().is_satisfied(offer, basket)


class GatedValue(ValueCondition):
    """So much money, and what Oscar doesn't know."""

    class Meta:
        proxy = True
        app_label = "offer"

    def is_satisfied(self, offer: ConditionalOffer, basket: Basket) -> bool:
        """Ask the gate first, which is cheaper."""
        return _gates[self.pk]() and super().is_satisfied(offer, basket)


class _Known:
    """A range of products that is known by their keys."""

    def __init__(self, keys: frozenset[int] | None) -> None:
        self._keys = keys

    def contains_product(self, product: Product) -> bool:
        return self._keys is None or product.id in self._keys


class _None:
    def count(self) -> int:
        return 0


class OfferInMemory(ConditionalOffer):
    """An offer that knows that it is restricted to no combinations, without asking the database."""

    class Meta:
        proxy = True
        app_label = "offer"

    combinations = _None()


class OscarShop:
    """A shop with a basket and offers."""

    def __init__(self, scene: Scene) -> None:
        """Put everything into the database."""
        call_command("migrate", run_syncdb=True, verbosity=0)
        self._items = scene.items
        self._ranges: dict[str, Range] = {}
        with transaction.atomic():
            self._product_class = ProductClass.objects.create(name="Goods", track_stock=False)
            self._partner = Partner.objects.create(name="Shop")
            self._categories: dict[str, Category] = {}
            self._products: dict[str, Product] = {}
            for item in scene.items:
                self._product(item.sku, item.category)
            self._basket_key = self._basket(scene.items)
            self._everything = Range.objects.create(name="everything", includes_all_products=True)
            for at, campaign in enumerate(scene.campaigns):
                self._offer(campaign, priority=len(scene.campaigns) - at)

    # --- measured ---

    def as_shipped(self) -> Callable[[], int]:
        """Return what applies the offers to a basket that is read anew, asking the database whatever it likes."""

        def apply() -> int:
            basket = Basket.objects.get(pk=self._basket_key)
            basket.strategy = Selector().strategy()
            Applicator().apply(basket)
            return len(basket.offer_applications)

        return apply

    def in_memory(self) -> tuple[Callable[[], None], Callable[[], int]]:
        """Return what prepares a basket, which doesn't count, and what applies the offers without any query."""
        basket = Basket.objects.get(pk=self._basket_key)
        basket.strategy = Selector().strategy()
        lines = list(basket.all_lines())
        basket._lines = lines
        for line in lines:
            line.basket = basket
            assert line.purchase_info and line.product.is_discountable
        offers = self._offers_in_memory()
        applicator = Applicator()

        def prepare() -> None:
            for line in lines:
                line.clear_discount()

        def apply() -> int:
            applicator.apply_offers(basket, offers)
            return len(basket.offer_applications)

        return prepare, apply

    def queries(self, work: Callable[[], int]) -> int:
        """Return how often some work asks the database."""
        settings.DEBUG = True
        before = len(connection.queries_log)
        work()
        settings.DEBUG = False
        return len(connection.queries_log) - before

    def _offers_in_memory(self) -> list[ConditionalOffer]:
        offers = Applicator().get_offers(Basket.objects.get(pk=self._basket_key))
        for offer in offers:
            offer.__class__ = OfferInMemory
            offer.condition, offer.benefit = offer.condition.proxy(), offer.benefit.proxy()
            for part in (offer.condition, offer.benefit):
                keys = None
                if part.range.pk != self._everything.pk:
                    keys = frozenset(part.range.all_products().values_list("id", flat=True))
                part.range.__dict__["proxy"] = _Known(keys)
        return offers

    # --- filling the database ---

    def _category(self, name: str) -> Category:
        if name not in self._categories:
            self._categories[name] = Category.add_root(name=name)
        return self._categories[name]

    def _product(self, sku: str, category: str | None = None) -> Product:
        if sku not in self._products:
            product = Product.objects.create(title=sku, upc=sku, product_class=self._product_class)
            if category is not None:
                product.categories.add(self._category(category))
            self._products[sku] = product
        return self._products[sku]

    def _basket(self, items: Sequence[Item]) -> int:
        basket = Basket.objects.create()
        basket.strategy = Selector().strategy()
        for item in items:
            StockRecord.objects.create(
                product=self._products[item.sku],
                partner=self._partner,
                partner_sku=item.sku,
                price=Decimal(item.amount // item.quantity) / 100,
            )
            basket.add_product(self._products[item.sku], item.quantity)
        return basket.pk

    def _range(self, goods: Goods | None) -> Range:
        if goods is None:
            return self._everything
        if goods.name not in self._ranges:
            made = Range.objects.create(name=goods.name)
            made.included_categories.add(*map(self._category, sorted(goods.categories)))
            for sku in sorted(goods.skus):
                made.add_product(self._product(sku))
            self._ranges[goods.name] = made
        return self._ranges[goods.name]

    def _offer(self, campaign: Campaign, *, priority: int) -> None:
        condition = self._condition(campaign)
        _gates[condition.pk] = self._gate(campaign, condition)
        ConditionalOffer.objects.create(
            name=campaign.ident,
            condition=condition,
            benefit=self._benefit(campaign),
            priority=priority,
            exclusive=False,
            max_basket_applications=None if campaign.kind == "buy_get" else 1,
        )

    def _condition(self, campaign: Campaign) -> Condition:
        kind, goods, value = Condition.COUNT, campaign.wanted or campaign.goods, campaign.quantity_least
        if campaign.kind == "buy_get":
            goods, value = campaign.goods, 3
        elif campaign.wanted is None and campaign.total_least is not None:
            kind, goods, value = Condition.VALUE, None, Decimal(campaign.total_least) / 100
        gated = GatedCount if kind == Condition.COUNT else GatedValue
        return Condition.objects.create(
            range=self._range(goods), type=kind, value=value, proxy_class=f"{__name__}.{gated.__name__}"
        )

    def _benefit(self, campaign: Campaign) -> Benefit:
        kind, value, most = Benefit.PERCENTAGE, Decimal(campaign.figure) / 100, None
        if campaign.kind in ("amount", "order_amount"):
            kind = Benefit.FIXED
        elif campaign.kind == "buy_get":
            kind, value = Benefit.MULTIBUY, None
        elif campaign.kind == "cheapest":
            most = 1
        elif campaign.steps:
            value = Decimal(campaign.steps[0][1]) / 100
        return Benefit.objects.create(
            range=self._range(campaign.goods), type=kind, value=value, max_affected_items=most
        )

    def _gate(self, campaign: Campaign, condition: Condition) -> Callable[[], bool]:
        """Ask what Oscar doesn't, and the second condition of an offer that has two."""
        total = sum(item.amount for item in self._items)
        wanted = campaign.wanted if campaign.kind == "buy_get" else None
        is_there = wanted is None or wanted.quantity_in(self._items) >= campaign.quantity_least

        def gate() -> bool:
            return (
                (campaign.stores is None or STORE in campaign.stores)
                and (campaign.hours is None or campaign.hours[0] <= MINUTE < campaign.hours[1])
                and (campaign.segment is None or campaign.segment in SEGMENTS)
                and (campaign.total_least is None or total >= campaign.total_least)
                and is_there
            )

        return gate
