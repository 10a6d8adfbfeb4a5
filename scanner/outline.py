"""Where a symbol that was found lies in the picture that is shown, whatever sizes both have."""

from typing import TypeAlias

from scanner.source import Corners

Place: TypeAlias = tuple[float, float]
Size: TypeAlias = tuple[int, int]
Outline: TypeAlias = tuple[Place, ...]


def outline(corners: Corners, *, frame: Size, shown: Size, is_mirrored: bool = False) -> Outline:
    """Return corners, in pixels of `frame`, as places in a view of the size `shown`.

    The picture fills the view as far as it can without being cut or stretched, in the middle; people who look at
    themselves expect a mirror. A corner beyond the picture is drawn at its edge.
    """
    scale = min(shown[0] / frame[0], shown[1] / frame[1])
    left, top = (shown[0] - scale * frame[0]) / 2, (shown[1] - scale * frame[1]) / 2
    places = []
    for x, y in corners:
        right, down = min(max(x, 0), frame[0]), min(max(y, 0), frame[1])
        places.append((left + scale * (frame[0] - right if is_mirrored else right), top + scale * down))
    return tuple(places)
