"""The ledger, by the API: read only."""

from typing import Annotated, Any

from fastapi import Query

from hq.access.scopes import Scope
from hq.api.models import Answer, Page, to_page
from hq.api.routing import Asked, Routes
from hq.console.program_of_pages import money_and_time
from hq.ledger.books import PostingList, list_accounts, list_postings

routes = Routes("ledger", "Points and money in double entry: what accounts come to, and their postings.")


class AccountAnswer(Answer):
    """What an account comes to. `member:`, `gift_card:` and `wallet:` stand for all of that kind together."""

    account: str
    unit: str
    amount: int


class AccountsAnswer(Answer):
    """All of them; the amounts of a unit sum to zero."""

    items: list[AccountAnswer]


class PostingAnswer(Answer):
    """An amount on an account. `source` is what posted it; `at_ms` may lie before 1970 by a wrong clock."""

    entry_id: str
    n: int
    account: str
    unit: str
    amount: int
    at_ms: int
    source: str
    store: str
    member: str
    about: str


@routes.get("", needs=Scope.REPORTS_READ, answers=AccountsAnswer)
def read_accounts(ask: Asked) -> Any:
    """Say what each account comes to as of now."""
    return {"items": list_accounts(ask.hq, ask.actor, currency=money_and_time(ask.hq)[0])}


@routes.get("/postings", needs=Scope.REPORTS_READ, answers=Page[PostingAnswer])
def read_postings(ask: Asked, asked: Annotated[PostingList, Query()]) -> Any:
    """List the postings of an account, the newest first by their moment."""
    return to_page(PostingAnswer, *list_postings(ask.hq, ask.actor, asked))
