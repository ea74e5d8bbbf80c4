"""The one place langdetect is configured: one answer for a text, whatever was asked before and by whom.

langdetect alone draws at random, reads its profiles in the order the disk lists them, and answers nonsense
while another thread is still loading them. Here its seed is fixed for each call, the profiles are read in
alphabetical order, once, under a lock, and nobody sees them before they are complete.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from pathlib import Path
from typing import Any

# The answer on the middle 1,000 characters was that on the whole text for 300 of 300 documents, in a third of
# the time. Whole words only: at most this many characters are given up at each end.
SAMPLE = 1000
WORD = 40
# Below this langdetect guesses (its issues #105 and #108); a script used by one language needs no statistics.
LETTERS = 20
SCRIPT_LETTERS = 4
# Of the letters, for the script to decide. The rest may be names and brands in Latin letters.
SCRIPT_SHARE = 0.6
# Of Chinese characters and kana together. Set by hand: Japanese sentences cannot do without kana.
KANA_SHARE = 0.1
# What langdetect must be sure of: short texts have false friends. Set by hand.
SHORT = 200
SURE = 0.8
SURE_LONG = 0.5

URL = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@\S+")

# Scripts that one language of the web writes, by ranges of letters; `han` and `kana` are looked at together.
SCRIPTS = {
    "el": ((0x370, 0x3FF), (0x1F00, 0x1FFF)),
    "hy": ((0x530, 0x58F),),
    "he": ((0x590, 0x5FF), (0xFB1D, 0xFB4F)),
    "pa": ((0xA00, 0xA7F),),
    "gu": ((0xA80, 0xAFF),),
    "or": ((0xB00, 0xB7F),),
    "ta": ((0xB80, 0xBFF),),
    "te": ((0xC00, 0xC7F),),
    "kn": ((0xC80, 0xCFF),),
    "ml": ((0xD00, 0xD7F),),
    "si": ((0xD80, 0xDFF),),
    "th": ((0xE00, 0xE7F),),
    "lo": ((0xE80, 0xEFF),),
    "my": ((0x1000, 0x109F),),
    "ka": ((0x10A0, 0x10FF), (0x1C90, 0x1CBF)),
    "ko": ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF)),
    "am": ((0x1200, 0x139F),),
    "km": ((0x1780, 0x17FF),),
    "kana": ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F)),
    "han": ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)),
}

_lock = threading.Lock()
_profiles: Any = None


def language(text: str) -> str | None:
    """The ISO 639-1 code of the language of `text`; None where there is too little to go on. Never raises."""
    sample, letters = _sample(text)
    by_script = _by_script(letters)
    if by_script or len(letters) < LETTERS:
        return by_script
    return _by_statistics(sample, letters)


def _sample(text: str) -> tuple[str, list[str]]:
    """What the answer rests on, and its letters: the middle, or where that is a table, the start or end."""
    sample, letters = "", list[str]()
    for at in ((len(text) - SAMPLE) // 2, 0, len(text) - SAMPLE):
        cut = text if len(text) <= SAMPLE else _whole_words(text[at : at + SAMPLE])
        sample = URL.sub(" ", cut)
        letters = [char for char in sample if char.isalpha()]
        if len(letters) >= LETTERS or cut is text:
            break
    return sample, letters


def _whole_words(cut: str) -> str:
    """Without the halves of words at both ends; text without spaces as it is."""
    head = re.match(rf"\S{{0,{WORD}}}\s", cut)
    tail = re.search(rf"\s\S{{0,{WORD}}}\Z", cut[-WORD - 1 :])
    return cut[head.end() if head else 0 : len(cut) - len(tail[0]) if tail else len(cut)]


def _by_script(letters: list[str]) -> str | None:
    """The one language that writes in this script."""
    if len(letters) < SCRIPT_LETTERS or "".join(letters).isascii():
        return None
    counts = Counter(_script(ord(char)) for char in letters)
    del counts[None]
    east = counts.pop("han", 0) + counts["kana"]
    kana = counts.pop("kana", 0)
    counts["ja" if kana >= KANA_SHARE * east else "zh"] += east
    code, most = counts.most_common(1)[0]
    return code if most > SCRIPT_SHARE * len(letters) else None


def _script(point: int) -> str | None:
    if point < 0x370:
        return None
    return next((code for code, spans in SCRIPTS.items() if any(a <= point <= b for a, b in spans)), None)


def _by_statistics(sample: str, letters: list[str]) -> str | None:
    # langdetect skips words in capitals: of a text in capitals nothing would be left.
    upper = sum(char.isupper() for char in letters)
    detector = _loaded().create()
    detector.append(sample.lower() if upper * 2 > len(letters) else sample)
    found = _probabilities(detector)
    sure = SURE if len(letters) < SHORT else SURE_LONG
    if not found or found[0].prob < sure:
        return None
    return str(found[0].lang).split("-")[0]


def _probabilities(detector: Any) -> list[Any]:
    """Languages, the likeliest first. langdetect raises where no letter of the text is in any profile."""
    from langdetect.lang_detect_exception import LangDetectException

    try:
        return list(detector.get_probabilities())
    except LangDetectException:
        return []


def _loaded() -> Any:
    """langdetect's factory, complete. Our own: the library loads its one without a lock and with no seed."""
    global _profiles
    with _lock:
        if _profiles is None:
            _profiles = _load()
        return _profiles


def _load() -> Any:
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.seed = 0
    files = sorted(file for file in Path(PROFILES_DIRECTORY).iterdir() if not file.name.startswith("."))
    factory.load_json_profile([file.read_text("utf-8") for file in files if file.is_file()])
    return factory
