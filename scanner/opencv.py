"""The door to cv2: sets what OpenCV reads from the environment once, while it is being loaded.

OpenCV takes its limits and its log level when the library is loaded and never looks again, so they
must stand before the first `import cv2` of the process. Import cv2 from here and from nowhere else.
"""

import os
from typing import Final

PIXELS_MAX: Final = 40_000_000
"""Largest picture that is decoded: above any till's camera and most phones' (12 to 24 megapixels), and
at 40 MB of grey a picture of a few kilobytes that unpacks to gigabytes cannot take the station down."""

os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(PIXELS_MAX)
# A missing camera or a damaged file is answered in our words; OpenCV's own would only fill stderr.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")

import cv2
from cv2.typing import MatLike

cv2.setNumThreads(1)  # as numpy, see scanner/__init__.py

__all__ = ["PIXELS_MAX", "MatLike", "cv2"]
