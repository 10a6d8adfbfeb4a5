"""The five answers as short sounds, reckoned at start: nothing is shipped, and nothing has a licence.

Each differs in rhythm or direction, not only in pitch, so that it is known without having a musical ear. None lasts
longer than 400 ms (UX §2.4).
"""

import io
import math
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from ui.models.state import AnswerWord

RATE = 22_050  # samples a second
LOUDEST = 0.6 * 32_767
RAMP_MS = 8  # a tone that begins or ends at once clicks
WAVE_BYTES = 2


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone that goes from one pitch (Hz) to another; with none it is a pause."""

    ms: int
    hz: float = 0
    to_hz: float = 0
    loudness: float = 1.0


RISING = (Tone(150, 660), Tone(180, 880))
SHORT = Tone(80, 740)
SOUNDS: dict[AnswerWord, tuple[Tone, ...]] = {
    AnswerWord.APPROVED: RISING,
    AnswerWord.QUEUED: (*RISING, Tone(40), Tone(20, 1_760, loudness=0.35)),  # and a soft tick
    AnswerWord.LOOK: (SHORT, Tone(60), SHORT, Tone(60), SHORT),
    AnswerWord.NOT_POSSIBLE: (Tone(380, 440, 220),),
    AnswerWord.UNKNOWN: (Tone(300, 200),),
}


def wav(word: AnswerWord) -> bytes:
    """Return the sound of an answer as a WAV file: one channel, 16 bits."""
    samples = array("h", (round(LOUDEST * each) for tone in SOUNDS[word] for each in _samples(tone)))
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(WAVE_BYTES)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return written.getvalue()


def _samples(tone: Tone) -> Iterator[float]:
    """Yield a tone, -1…1. A pitch that falls does so evenly; its phase is the pitch summed up."""
    count, ramp = RATE * tone.ms // 1000, RATE * RAMP_MS // 1000
    step = ((tone.to_hz or tone.hz) - tone.hz) / count
    turns = 0.0
    for place in range(count):
        edge = min(1.0, place / ramp, (count - 1 - place) / ramp)
        yield tone.loudness * edge * math.sin(math.tau * turns)
        turns += (tone.hz + step * place) / RATE
