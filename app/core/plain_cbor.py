"""CBOR (RFC 8949) as codes are written in it: the deterministic form, and of all that CBOR can say only the plainest.

A text that somebody shows may be made to harm whoever reads it: tags that make a reader build dates, fractions or
cycles, promises of 2^63 items, nesting without end. So its heads are walked through first, which makes nothing and
takes as many steps as there are bytes at most; only what is plain is read by the library.
"""

from typing import Any

import cbor2

DEPTH_MAX = 3  # of lists and maps in each other: claims, `cnf`, and the key in it
BYTE_STRING, TEXT, LIST, MAP, TAG = 2, 3, 4, 5, 6  # major types (RFC 8949 §3.1); 0 and 1 are whole numbers
EIGHT_BYTES = 27  # of a length or number behind its head, the longest that there is


def read_exactly(data: Any, kind: type) -> Any:
    """Read one item of this kind whose bytes are the only way to write it. Raises `ValueError`.

    Holding it to the deterministic form (RFC 8949 §4.2.1) shuts out doubled keys, longer numbers and trailing bytes.
    """
    if type(data) is not bytes or not _is_plain(data):
        raise ValueError("not plain CBOR")
    try:
        value = cbor2.loads(data)
    except (cbor2.CBORError, TypeError) as problem:  # a text that isn't UTF-8, a key that is a list
        raise ValueError("not CBOR") from problem
    if type(value) is not kind or cbor2.dumps(value, canonical=True) != data:
        raise ValueError("not in canonical form")
    return value


def _is_plain(data: bytes) -> bool:
    """Tell whether there is one whole item without tags, floats or anything of unknown length, and not too deep."""
    place, left = 0, [1]  # items still to come: outermost, and inside each list and map that is open
    while left:
        if left[-1] == 0:
            left.pop()
            continue
        left[-1] -= 1
        if place >= len(data):
            return False
        major, more = data[place] >> 5, data[place] & 31
        place += 1
        if major >= TAG or more > EIGHT_BYTES:
            return False
        number = more
        if more > EIGHT_BYTES - 4:
            size = 1 << (more - (EIGHT_BYTES - 3))
            number = int.from_bytes(data[place : place + size], "big")
            place += size
        if major in (BYTE_STRING, TEXT):
            place += number
        elif major in (LIST, MAP):
            left.append(number * (major - TEXT))  # a map has two items for each of its keys
        if len(left) > DEPTH_MAX + 1:
            return False
    return place == len(data)
