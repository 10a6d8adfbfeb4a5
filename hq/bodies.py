"""Bodies in and out: size limits that hold while reading and while decompressing, and compressed answers."""

import io
import json
from typing import Any, Generic, TypeVar

import orjson
import zstandard
from fastapi import Request, Response
from msgspec import DecodeError, ValidationError, convert
from msgspec.json import Decoder, encode
from starlette.requests import ClientDisconnect

from app.core.canonical import INTEGER_MAX
from hq.faults import Malformed, TooLarge
from sync.protocol import Wire

BODY_BYTES_MAX = 4 << 20  # as sent, and decompressed: a full push (1 MiB) is 1.4 MiB as Base64
ANSWER_COMPRESSED_FROM = 4 << 10  # below it, compressing saves nothing on any line
CHUNK_BYTES = 64 << 10
LENGTH_DIGITS_MAX = 12
ZSTD_WINDOW_MAX = (
    8 << 20
)  # what a decoder may be made to hold (RFC 8878 §3.1.1.1.2 recommends to support this much)
ZSTD_LEVEL = 3

T = TypeVar("T")


async def read_body(request: Request) -> bytes:
    """Read a body as sent. Raises `TooLarge` as soon as it is, and `Malformed` when the line is cut within it."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said[:LENGTH_DIGITS_MAX]) > BODY_BYTES_MAX:  # before anything of it is read
        raise TooLarge(f"A request has at most {BODY_BYTES_MAX} bytes.")
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > BODY_BYTES_MAX:
                raise TooLarge(f"A request has at most {BODY_BYTES_MAX} bytes.")
            parts.append(part)
    except ClientDisconnect as problem:  # nobody hears the answer, but a cut line is no bug
        raise Malformed("The line was cut within the request.") from problem
    return b"".join(parts)


def decode(body: bytes, encoding: str | None) -> bytes:
    """Undo the Content-Encoding of a body: none, or zstd (RFC 8878). Raises `TooLarge` or `Malformed`."""
    if encoding in (None, "", "identity"):
        return body
    if encoding != "zstd":
        raise Malformed("A body may be compressed with zstd only.")
    parts, size = [], 0
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW_MAX).stream_reader(io.BytesIO(body))
        while part := reader.read(CHUNK_BYTES):
            size += len(part)
            if size > BODY_BYTES_MAX:
                raise TooLarge(f"A request has at most {BODY_BYTES_MAX} bytes after decompression.")
            parts.append(part)
    except zstandard.ZstdError as problem:
        raise Malformed("The body is not whole zstd.") from problem
    return b"".join(parts)


class Form(Generic[T]):
    """What a body must be like, by a type of the wire."""

    def __init__(self, kind: type[T]) -> None:
        """Read bodies of this type."""
        self._kind = kind
        self._decoder = Decoder(kind)

    def read(self, body: bytes) -> T:
        """Read a body. Raises `Malformed`."""
        try:
            try:
                return self._decoder.decode(body)
            except ValidationError:  # 5.0 is whole, which this decoder doesn't know
                return convert(read_json(body), self._kind)
        except (DecodeError, UnicodeDecodeError, RecursionError) as problem:  # the last: nested too deep
            raise Malformed(f"Not understood: {problem}.") from problem


def read_json(body: bytes) -> Any:
    """Read JSON (RFC 8259): a number without a fraction is whole, however it is written. Raises `Malformed`."""
    try:
        orjson.loads(body)  # as it should be: UTF-8, no half characters, no NaN
        return json.loads(body, parse_float=_number)
    except (ValueError, RecursionError) as problem:
        raise Malformed("The body is not JSON.") from problem


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) <= INTEGER_MAX else number


def answer(request: Request, model: Wire) -> Response:
    """Return a model as JSON, compressed where the asker takes zstd and it is worth it."""
    body = encode(model)
    headers = {"Vary": "Accept-Encoding"}
    if len(body) >= ANSWER_COMPRESSED_FROM and _takes_zstd(request.headers.get("accept-encoding", "")):
        body = zstandard.compress(body, ZSTD_LEVEL)
        headers["Content-Encoding"] = "zstd"
    return Response(body, media_type="application/json", headers=headers)


def _takes_zstd(accepted: str) -> bool:
    """Read Accept-Encoding (RFC 9110 §12.5.3) as far as we need it: zstd named, and not with weight 0."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "zstd":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
