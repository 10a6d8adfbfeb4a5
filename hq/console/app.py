"""The console as a whole: the pages of every noun, and what stands before and beside them."""

from fastapi import FastAPI

from hq.access.pages import pages as keys
from hq.audit.pages import pages as audit
from hq.batches.import_pages import pages as code_imports
from hq.batches.pages import pages as batches
from hq.campaigns.pages import pages as campaigns
from hq.console.alerts import Bell
from hq.console.astray import add_astray
from hq.console.entrance import public_pages
from hq.console.pages import pages as own
from hq.console.routing import Pages
from hq.every_route import add_routes
from hq.gift_cards.pages import pages as gift_cards
from hq.home import Hq
from hq.jobs.pages import pages as jobs
from hq.journal.exception_pages import pages as exceptions
from hq.journal.pages import pages as journal
from hq.ledger.pages import pages as ledger
from hq.members.act_pages import pages as members
from hq.members.attribute_pages import pages as attributes
from hq.members.import_pages import pages as imports
from hq.members.matter_pages import pages as matters
from hq.orders.pages import orders, redemptions, returns
from hq.program.earning_pages import pages as earning
from hq.program.part_pages import pages as program
from hq.program.tier_pages import pages as tiers
from hq.reports.dashboard import pages as dashboard
from hq.reports.pages import pages as reports
from hq.rewards.pages import pages as rewards
from hq.segments.pages import pages as segments
from hq.settings.pages import pages as settings
from hq.simulator.pages import pages as simulator
from hq.staff.pages import pages as staff
from hq.stops.pages import pages as stops
from hq.stores.device_pages import pages as devices
from hq.stores.pages import pages as stores
from hq.vouchers.pages import pages as vouchers
from hq.webhooks.pages import pages as webhooks

NOUNS: tuple[Pages, ...] = (
    segments,
    own,
    dashboard,
    redemptions,
    orders,
    returns,
    reports,
    ledger,
    stores,
    devices,
    journal,
    exceptions,
    staff,
    settings,
    audit,
    jobs,
    keys,
    members,
    matters,
    campaigns,
    stops,
    simulator,
    rewards,
    vouchers,
    gift_cards,
    batches,
    code_imports,
    earning,
    program,
    tiers,
    attributes,
    imports,
    webhooks,
)


def add_console(app: FastAPI, hq: Hq) -> None:
    """Add the console to an HQ's application."""
    app.state.nav = tuple(noun.nav for noun in NOUNS if noun.is_listed)
    app.state.bell = Bell()
    for noun in NOUNS:
        add_routes(app, noun.router)
    add_routes(app, public_pages(hq, app.state.rates))
    add_astray(app, hq)
