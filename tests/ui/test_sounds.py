"""Five sounds, told apart by ear; and where none can be played, nothing but silence."""

import io
import sys
import threading
import time
import wave
from array import array
from itertools import pairwise

import pytest

from ui.models.state import AnswerWord
from ui.sounds import player
from ui.sounds.player import Player, by_program
from ui.sounds.tones import LOUDEST, RATE, SOUNDS, wav

LATEST_S = 0.1  # UX A2.4
STUCK_S = 10


def samples(word: AnswerWord) -> array:
    with wave.open(io.BytesIO(wav(word))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return array("h", file.readframes(file.getnframes()))


def pitch(part: array) -> float:
    """Return the pitch of a part by how often it crosses nothing upwards."""
    ups = sum(before < 0 <= after for before, after in pairwise(part))
    return ups * RATE / len(part)


def test_each_answer_has_a_short_sound_of_its_own():
    found = {word: samples(word) for word in AnswerWord}
    assert len({each.tobytes() for each in found.values()}) == len(AnswerWord)
    for each in found.values():
        assert 0.2 <= len(each) / RATE <= 0.4
        assert LOUDEST * 0.9 < max(each) <= LOUDEST
        assert each[0] == 0 and abs(each[-1]) < 300  # no click at either end


def test_sounds_rise_fall_repeat_or_stay_low():
    approved = samples(AnswerWord.APPROVED)
    first, last = approved[: RATE // 10], approved[-RATE // 10 :]
    assert pitch(first) == pytest.approx(660, abs=15) and pitch(last) == pytest.approx(880, abs=15)
    no = samples(AnswerWord.NOT_POSSIBLE)
    assert pitch(no[: RATE // 20]) > 400 and pitch(no[-RATE // 20 :]) < 260
    assert pitch(samples(AnswerWord.UNKNOWN)) == pytest.approx(200, abs=10)
    look = samples(AnswerWord.LOOK)
    silent = [not any(look[at : at + RATE // 50]) for at in range(0, len(look), RATE // 50)]
    assert sum(before and not after for before, after in pairwise([True, *silent])) == 3
    assert samples(AnswerWord.QUEUED)[: len(approved)] == approved


class Heard:
    """Stands in for the system: remembers what was begun and ended, and when."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.at = 0.0
        self.is_heard = threading.Event()

    def __call__(self, file):
        assert file.read_bytes()[:4] == b"RIFF"
        self.begun.append(file.stem)
        self.at = time.monotonic()
        self.is_heard.set()
        return lambda: self.ended.append(file.stem)

    def wait(self) -> None:
        assert self.is_heard.wait(STUCK_S)
        self.is_heard.clear()


def made() -> dict[str, bytes]:
    return {word.value: wav(word) for word in SOUNDS}


def test_a_sound_begins_soon_and_cuts_the_one_before_off():
    heard = Heard()
    sounds = Player(made, play=heard)
    sounds.play("approved")
    heard.wait()
    asked = time.monotonic()
    sounds.play("unknown")
    heard.wait()
    assert heard.at - asked < LATEST_S
    sounds.close()
    assert (heard.begun, heard.ended) == (["approved", "unknown"], ["approved", "unknown"])


def test_asking_for_a_sound_waits_for_nobody():
    stuck = threading.Event()
    sounds = Player(made, play=lambda file: stuck.wait(STUCK_S) and (lambda: None))
    began = time.monotonic()
    for _time in range(100):
        sounds.play("approved")
    assert time.monotonic() - began < LATEST_S
    stuck.set()
    sounds.close()


def test_without_a_device_a_player_or_a_disk_there_is_silence_and_the_next_sound_is_tried(monkeypatch):
    heard, broken = Heard(), [OSError("no device")]

    def play(file):
        if broken:
            raise broken.pop()
        return heard(file)

    sounds = Player(made, play=play)
    sounds.play("approved")
    sounds.play("unknown")
    heard.wait()
    sounds.close()
    assert heard.begun == ["unknown"]
    monkeypatch.setattr(player.shutil, "which", lambda name: None)
    for made_of in (made, lambda: 1 / 0):
        none = Player(made_of, play=None if made_of is made else heard)
        none.play("approved")
        none.close()


def test_a_program_is_started_with_the_file_and_ended_when_it_plays_on(tmp_path):
    (tmp_path / "plays.py").write_text(
        "import sys; open(sys.argv[1] + '.heard', 'w'); sys.stdin.read()\nwhile 1: pass"
    )
    end = by_program((sys.executable, str(tmp_path / "plays.py")), tmp_path / "a.wav")
    began = time.monotonic()
    while not (tmp_path / "a.wav.heard").exists():
        assert time.monotonic() - began < STUCK_S
    end()
    by_program((sys.executable, "-c", ""), tmp_path / "a.wav")()
    with pytest.raises(OSError, match="No such file"):
        by_program(("tillside-no-such-player",), tmp_path / "a.wav")
