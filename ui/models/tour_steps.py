"""The steps of the walk through a training (see tour.py), for whoever says what they are about."""

from enum import IntEnum


class Step(IntEnum):
    """What is to be done next."""

    SCAN = 1
    REDEEM = 2
    REFUSE = 3
    UNDO = 4
    ENROL = 5
    OFFLINE = 6
    OVER = 7
