"""The rules engine and the formats both ends share. Pure: no input or output, no clock, no randomness, no logging.

Station and HQ run this same code, which is why HQ can replay every decision that a station took.
"""
