"""What stations and phones ask, as the API's document tells it beside the routes for other programs.

Those routes read and write by the wire's own types (`sync`), which are described here from the same types. A station
signs each request (docs/protocol.md); so the document names a security scheme of its own for them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.json import schema_components

from app.core.canonical import INTEGER_MAX
from hq.phone.drawing import Drawing
from hq.phone.service import BindAnswer, BindRequest
from sync.authority_wire import AuthorizeAnswer, AuthorizeRequest, LeaseAnswer, LeaseRequest
from sync.day_wire import StoreDay
from sync.devices_wire import PairingAnswer, PairingRequest, StoreDevices
from sync.enrolment_wire import EnrolAnswer, EnrolRequest
from sync.protocol import (
    SIGNATURE_HEADER,
    Changes,
    Health,
    PushAnswer,
    PushRequest,
    SealedPepper,
    SignedDocument,
    SignedManifest,
)

SCHEME = "station"
SECURITY_SCHEMES = {
    SCHEME: {
        "type": "apiKey",
        "in": "header",
        "name": SIGNATURE_HEADER,
        "description": "`device=…;epoch=…;time=<ms>;nonce=…;sig=<base64>`: Ed25519 over method, path, body and these.",
    }
}
TAG = "stations"
ABOUT = "What stations and phones ask. Stations sign; the words are those of docs/protocol.md."
PREFIX = "Station"  # before the names of the wire's types
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
SENTENCES = {
    400: "The request is not of the agreed form.",
    401: "The signature or the proof is missing, wrong, repeated or of another time.",
    403: "The station is shut out, or waits to be confirmed.",
    404: "There is no such thing here.",
    408: "The body did not come to its end.",
    409: "HQ holds another history of this station.",
    410: "The token is unknown, used or too old; or what changed since is not kept.",
    413: "The request is too large.",
    426: "The station's program is too old.",
    503: "HQ is busy: `Retry-After` says when to ask again.",
}
BUSY = (400, 408, 413, 503)
SIGNED = (*BUSY, 401, 403)
TEXT = {"type": "string"}
BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
# Of so many characters, when there is no other number: keys and hashes, signatures.
BASE64_OF = {44: "^[A-Za-z0-9+/]{43}=$", 88: "^[A-Za-z0-9+/]{86}==$"}
PHONE_CODE = {"type": "string", "pattern": "^L3:[0-9A-Z $%*+./:-]{200,400}$"}


@dataclass(frozen=True)
class Told:
    """A route as it is told: by which types it asks and answers, and what else it may say."""

    method: str
    path: str
    about: str
    answers: Any
    faults: tuple[int, ...] = SIGNED
    asked: Any = None
    query: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    is_signed: bool = True


def _number(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": INTEGER_MAX}


DEVICE = "/v1/devices/{device_id}"
KIND = {"type": "string", "enum": ["program", "keyset", "stops", "brand"]}
TOLD = (
    Told("get", "/v1/health", "HQ lives.", Health, (), is_signed=False),
    Told("get", "/v1/keyset", "The signed set of keys, the newest or one version.", SignedDocument,
         (400, 404, 503), query={"version": _number(1)}, optional=frozenset({"version"}), is_signed=False),
    Told("post", "/v1/enrol", "A new station introduces itself with its pairing token.", EnrolAnswer,
         (*BUSY, 401, 410), EnrolRequest, is_signed=False),
    Told("post", f"{DEVICE}/journal", "Push journal entries.", PushAnswer, (*SIGNED, 409, 426), PushRequest),
    Told("post", f"{DEVICE}/authorize", "Ask for the right to give something.", AuthorizeAnswer,
         (*SIGNED, 409, 426), AuthorizeRequest),
    Told("post", f"{DEVICE}/leases", "Ask for leases.", LeaseAnswer, (*SIGNED, 409, 426), LeaseRequest),
    Told("post", f"{DEVICE}/pairings", "Ask for a text to pair a new device with.", PairingAnswer,
         (*SIGNED, 409, 426), PairingRequest),
    Told("get", "/v1/sync/manifest", "What a whole copy consists of.", SignedManifest, (*SIGNED, 426)),
    Told("get", "/v1/sync/snapshot/{name}", "A part of a whole copy (zstd).", None, (*SIGNED, 404)),
    Told("get", "/v1/sync/changes", "What changed behind a cursor.", Changes, (*SIGNED, 410, 426),
         query={"cursor": _number(0), "set_id": TEXT, "limit": _number(1)}, optional=frozenset({"limit"})),
    Told("get", "/v1/sync/pepper", "What the PINs of the store's staff rest on, sealed.", SealedPepper, (*SIGNED, 404)),
    Told("get", "/v1/sync/devices", "The devices of the store.", StoreDevices),
    Told("get", "/v1/sync/day", "What the store's stations took in on a day.", StoreDay, (*SIGNED, 404),
         query={"day": {"type": "string", "format": "date"}}),
    Told("get", "/v1/sync/document/{kind}", "The newest of a kind of signed document.", SignedDocument,
         (*SIGNED, 404)),
    Told("post", "/v1/phone/bind", "Bind a phone by the token of a link.", BindAnswer, (*BUSY, 401, 410), BindRequest,
         is_signed=False),
    Told("post", "/v1/phone/draw", "Draw a phone's code.", Drawing, BUSY, PHONE_CODE, is_signed=False),
)  # fmt: skip
IN_PATH: dict[str, dict[str, Any]] = {"device_id": TEXT, "name": TEXT, "kind": KIND}


def paths() -> dict[str, dict[str, Any]]:
    """Return what the document says of these routes, by path and method."""
    found: dict[str, dict[str, Any]] = {}
    for told in TOLD:
        found.setdefault(told.path, {})[told.method] = _operation(told)
    return found


def schemas() -> dict[str, Any]:
    """Return the wire's types as JSON Schema, by the names that `paths` uses."""
    kinds = [kind for told in TOLD for kind in (told.asked, told.answers) if isinstance(kind, type)]
    _, components = schema_components(kinds, ref_template=f"#/components/schemas/{PREFIX}{{name}}")
    return {PREFIX + name: _for_everybody(schema) for name, schema in components.items()}


def _operation(told: Told) -> dict[str, Any]:
    names = [part[1:-1] for part in told.path.split("/") if part.startswith("{")]
    said: dict[str, Any] = {
        "tags": [TAG],
        "summary": told.about,
        "operationId": "station_"
        + "_".join(part.strip("{}") for part in (*told.path.split("/")[2:], told.method)),
        "parameters": [*_parameters("path", {name: IN_PATH[name] for name in names}), *_query(told)],
        "responses": {"200": _answer(told), **{str(code): _problem(code) for code in sorted(told.faults)}},
        "security": [{SCHEME: []}] if told.is_signed else [],
    }
    if told.asked is not None:
        kind = "text/plain" if told.asked is PHONE_CODE else "application/json"
        said["requestBody"] = {"required": True, "content": {kind: {"schema": _schema(told.asked)}}}
    return said


def _query(told: Told) -> Iterator[dict[str, Any]]:
    for parameter in _parameters("query", told.query):
        yield {**parameter, "required": parameter["name"] not in told.optional}


def _parameters(place: str, named: Mapping[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for name, schema in named.items():
        yield {"name": name, "in": place, "required": True, "schema": schema}


def _answer(told: Told) -> dict[str, Any]:
    kind = "application/zstd" if told.answers is None else "application/json"
    return {"description": "Done.", "content": {kind: {"schema": _schema(told.answers)}}}


def _problem(code: int) -> dict[str, Any]:
    return {"description": SENTENCES[code], "content": PROBLEM}


def _schema(kind: Any) -> dict[str, Any]:
    if kind is None:
        return {"type": "string", "format": "binary"}
    return kind if isinstance(kind, dict) else {"$ref": f"#/components/schemas/{PREFIX}{kind.__name__}"}


def _for_everybody(schema: Any) -> Any:
    r"""Return a schema whose patterns are JSON Schema's, and which says what Base64 is.

    JSON Schema knows `^` and `$`, and not Python's `\A` and `\Z`.
    """
    if isinstance(schema, list):
        return [_for_everybody(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    said = {name: _for_everybody(each) for name, each in schema.items()}
    if isinstance(said.get("pattern"), str):
        said["pattern"] = said["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    if said.get("contentEncoding") == "base64":
        is_of_one_length = said.get("minLength") == said.get("maxLength")
        said["pattern"] = BASE64_OF.get(said.get("minLength", 0), BASE64) if is_of_one_length else BASE64
    return said
