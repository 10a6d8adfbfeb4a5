"""The kill switch in the console: stop an offer, a referral scheme, a member's card, a code or all, and let it go."""

from dataclasses import dataclass

from fastapi import Response

from app.core.program import Program
from app.core.stops import CAMPAIGN, CODE, MEMBER, PROGRAM, REFERRAL, RULE
from hq.access.scopes import Scope
from hq.campaigns.service import program_of
from hq.campaigns.store import newest_version
from hq.console.routing import Page, Pages
from hq.console.texts import N_
from hq.faults import HqFault
from hq.stops import service
from hq.stops.service import ListedStop

PLACE = "/console/stops"
TYPED = ("what", "name", "note")
KINDS = {  # by how a word begins
    PROGRAM: N_("The whole program"),
    CAMPAIGN: N_("Campaign"),
    RULE: N_("Offer"),
    REFERRAL: N_("Referral scheme"),
    MEMBER: N_("Member's card"),
    CODE: N_("Code"),
}
PLACES = {CAMPAIGN: "/console/campaigns/", MEMBER: "/console/members/", CODE: "/console/vouchers/"}
pages = Pages("stops", N_("Stopped everywhere"), place=PLACE, needs=Scope.CAMPAIGNS_READ)


@dataclass(frozen=True)
class Shown:
    """Something that is stopped as a line of the page: what kind of thing, its name, and where it is looked at."""

    kind: str
    name: str
    place: str
    found: ListedStop


@pages.get("")
def show_stops(ask: Page) -> Response:
    """Show what is stopped, how many stations have heard, and the form that stops something: what a page named."""
    return _list_page(ask, dict.fromkeys(TYPED, "") | {"what": ask.query.get("what", "")})


@pages.post("", needs=Scope.CAMPAIGNS_STOP)
def post_stop(ask: Page) -> Response:
    """Stop something everywhere."""
    typed = {name: ask.text(name) for name in TYPED}
    what = typed["what"] + (typed["name"] if typed["what"] in (MEMBER, CODE) else "")
    try:
        done = service.stop_by(ask.hq, ask.actor, what, note=typed["note"])
    except HqFault as fault:
        return _list_page(ask, typed, fault)
    told = N_("It is stopped. Stations hear of it with their next sync, before anything else.")
    return ask.go(PLACE, said=ask.said(told if done.is_new else N_("It was stopped already.")))


@pages.post("/lift", needs=Scope.CAMPAIGNS_PUBLISH)
def post_lift(ask: Page) -> Response:
    """Let go what is stopped."""
    try:
        done = service.lift_by(ask.hq, ask.actor, ask.text("what"))
    except HqFault as fault:
        return _list_page(ask, dict.fromkeys(TYPED, ""), fault)
    under_old = N_("It is let go. Stations that still have older rules go on refusing it.")
    return ask.go(PLACE, said=ask.said(N_("It is let go.") if done.before_program is None else under_old))


def _list_page(ask: Page, typed: dict[str, str], fault: HqFault | None = None) -> Response:
    with ask.hq.database.reading() as connection:
        program = program_of(ask.hq, connection, newest_version(connection, "program"))
    names = {} if program is None else _names(program)
    return ask.page(
        "stops/list.html",
        stops=[_shown(each, names) for each in service.list_stops(ask.hq)],
        kinds=KINDS,
        offers=[(word, name) for word, name in names.items() if word.startswith(RULE)],
        schemes=[(word, name) for word, name in names.items() if word.startswith(REFERRAL)],
        typed=typed,
        fault=fault,
    )


def _names(program: Program) -> dict[str, str]:
    """Return how people call what the newest program has, by the word that stops it."""
    campaigns = {CAMPAIGN + each.campaign_id: each.name for each in program.campaigns}
    rules = {RULE + pair.rule.rule_id: pair.rule.name for pair in program.rules}
    return {**campaigns, **rules, **{REFERRAL + scheme: scheme for scheme in program.schemes.referrals}}


def _shown(found: ListedStop, names: dict[str, str]) -> Shown:
    what = found.period.what
    kind = next(each for each in KINDS if what.startswith(each))
    name = what.removeprefix(kind)
    place = PLACES[kind] + name if kind in PLACES else ""
    return Shown(kind, names.get(what, name), place, found)


pages.example("")
