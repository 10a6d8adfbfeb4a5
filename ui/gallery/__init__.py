"""Every screen in every state as a picture: `tillside screens --out DIR`.

A screen has a module here with a function `states()`, and its line in `registry.SCREENS`. A state has a name that
begins with its screen's; what it shows is made of `samples`.
"""

from ui.gallery.drawing import SIZES, draw_all, dresses
from ui.gallery.registry import states
from ui.gallery.stage import Dress, Stage, settle
from ui.gallery.still import StillModel

__all__ = ["SIZES", "Dress", "Stage", "StillModel", "draw_all", "dresses", "settle", "states"]
