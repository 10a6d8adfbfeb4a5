"""Whether a picture is a whole PNG: the PNG specification (third edition), §5 for its chunks and §8.2 for its passes.

Nothing is drawn. A file that was cut off on its way, or spoilt, is found by the sums of its chunks, by how many bytes
its pixels come to, and by its end.
"""

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a pixel, by the kind of colour
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
WHOLE = ((0, 0, 1, 1),)  # passes: where each begins and its steps, across and down
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def is_whole(content: bytes) -> bool:
    """Tell whether a PNG has all its chunks and pixels. Its sides are to be looked at first: they bound the work."""
    try:
        chunks = list(_chunks(content))
        kinds = [kind for kind, _ in chunks]
        if (
            kinds[0] != b"IHDR"
            or kinds[-1] != b"IEND"
            or len(content) != sum(12 + len(each) for _, each in chunks) + 8
        ):
            return False
        width, height, depth, colour, *_, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
        if depth not in DEPTHS.get(colour, ()) or interlace > 1 or (colour == 3 and b"PLTE" not in kinds):
            return False
        wanted = sum(_bytes_of(width, height, depth * SAMPLES[colour], ADAM7 if interlace else WHOLE))
        packed = b"".join(part for kind, part in chunks if kind == b"IDAT")
        return len(zlib.decompressobj().decompress(packed, wanted)) == wanted
    except (struct.error, zlib.error, IndexError):
        return False


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of each chunk up to the last, or to the first that is spoilt."""
    place = len(SIGNATURE)
    while content.startswith(SIGNATURE) and place < len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        part = content[place + 8 : place + 8 + length]
        (told,) = struct.unpack_from(">I", content, place + 8 + length)
        if told != zlib.crc32(kind + part):
            return
        yield kind, part
        place += 12 + length


def _bytes_of(
    width: int, height: int, bits: int, passes: tuple[tuple[int, int, int, int], ...]
) -> Iterator[int]:
    """Yield how many bytes the lines of each pass come to, each behind one that says how it was filtered."""
    for left, top, across, down in passes:
        columns, lines = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and lines > 0:
            yield lines * (1 + (columns * bits + 7) // 8)
