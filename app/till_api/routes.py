"""The till's API on HTTP: a route for each thing a till may ask. docs/till-api.md says how tills use it.

The framework's documentation pages are off: they load scripts from another host. Its OpenAPI is for whoever has the
token, as everything else is.
"""

from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request, Response

from app.till_api import problems
from app.till_api.service import TillService
from app.till_api.wire import ORDER_ID, Health, OrderIn, OrderOut, Problem, ReturnIn, VoidIn

WAIT_MAX_S = 30
ABOUT = (
    "Hand an order to the loyalty station beside the till and hear what comes off it. On this computer only, with the "
    "token of the station; amounts are whole minor units of the store's currency."
)

OrderId = Annotated[str, Path(pattern=ORDER_ID, description="The till's own number of the order, used once.")]
ReturnId = Annotated[str, Path(pattern=ORDER_ID, description="The till's own number of this return.")]
Wait = Annotated[
    float, Query(ge=0, le=WAIT_MAX_S, description="Seconds to wait until the order is done, or has changed.")
]
After = Annotated[
    str | None, Query(max_length=80, description="A revision: wait until the order has another one.")
]
REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "Refused; `detail` says why in plain words."},
    "5XX": {"model": Problem, "description": "Not now; ask again after `Retry-After`."},
}


def create_app(service: TillService) -> FastAPI:
    """Return the web application around a station's orders."""
    app = FastAPI(
        title="Tillside till API",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        responses=REFUSALS,
    )
    problems.install(app)

    @app.get("/v1/health", response_model_exclude_none=True)
    async def get_health() -> Health:
        """Say whether the station takes orders, and how it is."""
        return await service.health()

    @app.put("/v1/orders/{order_id}", response_model_exclude_none=True)
    async def put_order(order_id: OrderId, order: OrderIn) -> OrderOut:
        """Hand an order over. The same again changes nothing; another body replaces it until it is recorded."""
        return await service.put(order_id, order)

    @app.get("/v1/orders/{order_id}", response_model_exclude_none=True)
    async def get_order(
        request: Request, order_id: OrderId, wait_s: Wait = 0, after: After = None
    ) -> OrderOut:
        """Say how an order stands; what was recorded is answered from the station's journal, for ever."""

        async def until_gone() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass

        return await service.find(order_id, until_gone=until_gone, wait_s=wait_s, after=after)

    @app.delete("/v1/orders/{order_id}", response_model_exclude_none=True)
    async def delete_order(order_id: OrderId) -> OrderOut:
        """Give an order up that is not recorded yet."""
        return await service.take_back(order_id)

    _add_undoing(app, service)
    return app


def _add_undoing(app: FastAPI, service: TillService) -> None:
    """Add what is done to recorded orders."""
    asked: dict[int | str, dict[str, Any]] = {
        202: {"model": OrderOut, "description": "A manager is being asked at the station."}
    }

    @app.post("/v1/orders/{order_id}/void", response_model_exclude_none=True, responses=asked)
    async def post_void(order_id: OrderId, why: VoidIn, response: Response) -> OrderOut:
        """Undo a recorded order, once, however often it is asked."""
        told, is_done = await service.void(order_id, why)
        response.status_code = 200 if is_done else 202
        return told

    @app.put("/v1/orders/{order_id}/returns/{return_id}", response_model_exclude_none=True, responses=asked)
    async def put_return(
        order_id: OrderId, return_id: ReturnId, back: ReturnIn, response: Response
    ) -> OrderOut:
        """Take goods of a recorded order back, once, however often it is asked."""
        told, is_done = await service.give_back(order_id, return_id, back)
        response.status_code = 200 if is_done else 202
        return told
