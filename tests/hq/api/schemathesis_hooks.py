"""What makes Schemathesis' requests those of a program that has a key, and of stations and phones that have theirs.

It would hardly ever guess an id or a token, and never a signature. So half of what it asks for is something that there
is, all requests of stations are signed over what is really sent, and what a station, a new one or a phone would say by
its key is said so.
"""

import os
from base64 import b64decode, b64encode

import orjson
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from requests.auth import AuthBase

from app.clock import SetClock
from app.core.chain import ChainOwner, Head, follow, sign_head
from hq.phone.service import bind_message
from sync.client import DeviceSigner
from sync.protocol import PROTO, SIGNATURE_HEADER, enrol_message
from tests.hq.station import NOW_MS

GIVEN = orjson.loads(os.environ.get("TILLSIDE_GIVEN", "{}"))
IDS, KEY, STATION, FEED = (GIVEN.get(name, {}) for name in ("ids", "key", "station", "feed"))
# Each is good once.
PAIRINGS, LINKS = iter(GIVEN.get("pairings", ())), iter(GIVEN.get("links", ()))
JOURNAL, ENROL, BIND = "/v1/devices/{device_id}/journal", "/v1/enrol", "/v1/phone/bind"
CHANGES = "/v1/sync/changes"
FOLLOWING: dict[str, str] = {}  # the newest cursor of each list


class Chain:
    """A station's journal as HQ holds it: behind its head comes whatever is sent next."""

    def __init__(self, device_id, epoch, seed, seq, last):
        self.owner = ChainOwner(device_id, epoch)
        self.key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
        self.head = Head(seq, bytes.fromhex(last))
        self.signer = DeviceSigner(device_id=device_id, epoch=epoch, key=self.key, clock=SetClock(NOW_MS))

    def whole(self, body):
        """Return a push with what nobody can guess: where its entries stand, their hash, the head's signature."""
        entries = [b64decode(each) for each in body["entries"]]
        head = follow(self.head, entries)
        signed = b64encode(sign_head(self.key, self.owner, head)).decode()
        return body | {
            "proto": PROTO,
            "from_seq": self.head.seq + 1,
            "prev_hash": b64encode(self.head.hash).decode(),
            "head": {"seq": head.seq, "hash": b64encode(head.hash).decode(), "sig": signed},
        }

    def hear(self, said):
        """Go on from where HQ stands."""
        if "acked_seq" in said:
            self.head = Head(said["acked_seq"], b64decode(said["acked_hash"]))


CHAIN = Chain(**STATION) if STATION else None


class ByKey(AuthBase):
    """A program with an API key."""

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {KEY}"
        return request


class BySignature(AuthBase):
    """A station, which signs the bytes that are sent."""

    def __call__(self, request):
        body = request.body or b""
        request.headers[SIGNATURE_HEADER] = CHAIN.signer.header(
            method=request.method,
            target=request.path_url,
            body=body if isinstance(body, bytes) else body.encode(),
        )
        return request


def wants(scheme):
    return lambda context: context.operation.definition.raw.get("security") == [{scheme: []}]


schemathesis.auth.set_from_requests(ByKey()).apply_to(wants("key"))
schemathesis.auth.set_from_requests(BySignature()).apply_to(wants("station"))


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Put an id that exists in the place of every other guess: which ones goes by the guess itself."""
    if not path_parameters:
        return path_parameters
    noun = (context.operation.definition.raw.get("tags") or [""])[0]
    return {
        name: IDS.get(f"{noun}.{name}", IDS.get(name, value)) if len(str(value)) % 2 else value
        for name, value in path_parameters.items()
    }


@schemathesis.hook
def before_call(context, case, kwargs):
    """Let what is of the agreed form be true as well: a station's own id, epoch and place, and proofs by keys."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    path = case.operation.path
    if path == CHANGES and "cursor" in (case.query or {}):  # HQ told the station both
        case.query = case.query | FEED | {"cursor": int(case.query["cursor"]) % (FEED["cursor"] + 1)}
    elif "cursor" in (case.query or {}):
        told = FOLLOWING.get(path)
        case.query = {name: value for name, value in case.query.items() if name != "cursor"} | (
            {} if told is None else {"cursor": told}
        )
    if not isinstance(case.body, dict):
        return
    if case.operation.definition.raw.get("security") == [{"station": []}]:
        case.path_parameters["device_id"] = CHAIN.owner.device_id
        case.body = case.body | {"epoch": CHAIN.owner.epoch}
    if path == JOURNAL:
        case.body = CHAIN.whole(case.body)
    elif path == ENROL and (token := next(PAIRINGS, None)):
        case.body = case.body | _new_station(token, case.body["box_pub"])
    elif path == BIND and (token := next(LINKS, None)):
        case.body = case.body | _new_phone(token)


@schemathesis.hook
def after_call(context, case, response):
    """Hear where HQ stands behind a push, and which page of a list comes next."""
    if response.status_code != 200 or not response.content.startswith(b"{"):
        return
    said = orjson.loads(response.content)
    if case.operation.path == JOURNAL:
        CHAIN.hear(said)
    elif said.get("next"):
        FOLLOWING[case.operation.path] = said["next"]


def _new_station(token, box_pub):
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    proof = key.sign(enrol_message(token=token, sign_pub=public, box_pub=b64decode(box_pub)))
    return {"token": token, "sign_pub": b64encode(public).decode(), "proof": b64encode(proof).decode()}


def _new_phone(token):
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    proof = key.sign(bind_message(token=token, key=public))
    return {"token": token, "key": b64encode(public).decode(), "proof": b64encode(proof).decode()}
