"""The one place langdetect is configured: one answer for a text, whatever was asked before and by whom.

langdetect alone draws at random, reads its profiles in the order the disk lists them, and answers nonsense
while another thread is still loading them. Here its seed is fixed for each call, the profiles are read in
alphabetical order, once, under a lock, and nobody sees them before they are complete.

It goes through lists, language by language; here its profiles are an array and a word seen before is not
taken apart again: the same draws in the same order, the same numbers, in a seventh of the time.
"""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
# langdetect's own: its `Detector` sets the number of trials on each instance, and when to look, in its code.
TRIALS = 7
LOOK_EVERY = 5

# A gram as a number: bits of a code point. A space is only ever at the edge of one; by itself it is none.
POINT, SPACE, ABSENT = 21, 32, -1

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

# What langdetect counts as letters of another script than the Latin one: it means to spare Vietnamese ones,
# but compares the number of a block with its name.
NOT_LATIN = re.compile("[\u0300-\U0010ffff]")
LATIN = re.compile("[A-z]")


class Profiles(NamedTuple):
    """How often each n-gram stands in each language, as arrays: one share in 26 is not 0, and is held.

    `grams` are in order, each as one number (`_packed`); of the k-th the shares are
    `shares[start[k]:start[k + 1]]`, of the languages whose numbers `languages` has there.
    """

    names: tuple[str, ...]
    grams: NDArray[np.int64]
    start: NDArray[np.int64]
    languages: NDArray[np.uint8]
    shares: NDArray[np.float64]

    def find(self, grams: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each gram is; -1 for those of no profile."""
        import numpy as np

        at = np.minimum(np.searchsorted(self.grams, grams), len(self.grams) - 1)
        return np.where(self.grams[at] == grams, at, -1)

    def rows(self, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """For each of some grams a row with the share in each language."""
        import numpy as np

        lengths = self.start[at + 1] - self.start[at]
        ends = np.cumsum(lengths)
        held = np.arange(ends[-1]) + np.repeat(self.start[at] - ends + lengths, lengths)
        found = np.zeros((len(at), len(self.names)))
        found[np.repeat(np.arange(len(at)), lengths), self.languages[held]] = self.shares[held]
        return found


_lock = threading.Lock()
_profiles: Profiles | None = None


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
        letters = list(filter(str.isalpha, sample))
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
    upper = sum(map(str.isupper, letters))
    code, sure = _likeliest(sample.lower() if upper * 2 > len(letters) else sample)
    return code.split("-")[0] if sure >= (SURE if len(letters) < SHORT else SURE_LONG) else None


def _likeliest(text: str) -> tuple[str, float]:
    """The likeliest language and its probability, 0 where no letter of the text is in any profile.

    As `Detector.get_probabilities`: the mean of some trials, each of which draws n-grams until it is sure.
    """
    import numpy as np
    from langdetect.detector import Detector

    profiles = _loaded()
    grams, order = np.unique(_grams(_legible(text)), return_inverse=True)
    at = profiles.find(grams)[order]
    known, order = np.unique(at[at >= 0], return_inverse=True)
    mean = np.zeros(len(profiles.names))
    if not len(known):
        return profiles.names[0], 0.0
    rows, drawn_from, draw = profiles.rows(known), order.tolist(), Random(0)
    for _ in range(TRIALS):
        alpha = Detector.ALPHA_DEFAULT + draw.gauss(0.0, 1.0) * Detector.ALPHA_WIDTH
        mean += _trial(rows, drawn_from, alpha / Detector.BASE_FREQ, draw) / TRIALS
    best = int(mean.argmax())
    return profiles.names[best], float(mean[best])


def _trial(
    rows: NDArray[np.float64], grams: Sequence[int], weight: float, draw: Random
) -> NDArray[np.float64]:
    """The probability of each language once one is certain, after as many draws as that takes."""
    import numpy as np
    from langdetect.detector import Detector

    languages = rows.shape[1]
    chosen = _choices(grams, draw)
    chance: NDArray[np.float64] = (rows[next(chosen)] + weight) * (1.0 / languages)
    steps = np.empty((LOOK_EVERY + 1, languages))
    for drawn in range(0, Detector.ITERATION_LIMIT + LOOK_EVERY, LOOK_EVERY):
        shares = chance.tolist()
        total = sum(shares)  # in the order in which langdetect adds; numpy has another
        chance /= total
        if max(shares) / total > Detector.CONV_THRESHOLD or drawn >= Detector.ITERATION_LIMIT:
            break
        steps[0] = chance
        np.add(rows[list(islice(chosen, LOOK_EVERY))], weight, out=steps[1:])
        np.multiply.reduce(steps, out=chance)
    return chance


def _choices(grams: Sequence[int], draw: Random) -> Iterator[int]:
    """What `draw.choice(grams)` gives, again and again: by its own way, without its three calls a draw."""
    size, bits = len(grams), draw.getrandbits
    wide = size.bit_length()
    while True:
        at = bits(wide)
        if at < size:
            yield grams[at]


def _legible(text: str) -> str:
    """What langdetect's `append` and `cleaning_text` leave of a text, each letter as profiles spell it."""
    from langdetect.detector import Detector
    from langdetect.utils.ngram import NGram

    text = Detector.MAIL_RE.sub(" ", Detector.URL_RE.sub(" ", text))
    text = NGram.normalize_vi(text)
    if not text.isascii() and len(LATIN.findall(text)) * 2 < len(NOT_LATIN.findall(text)):
        text = LATIN.sub("", text)
    return "".join(map(_spelled, text))


@lru_cache(maxsize=8192)
def _spelled(char: str) -> str:
    from langdetect.utils.ngram import NGram

    return str(NGram.normalize(char))


def _grams(text: str) -> NDArray[np.int64]:
    """The n-grams of `text` in the order of `Detector._extract_ngrams`: those that end at each character.

    None reaches over a space, and none ends where two capitals meet.
    """
    import numpy as np

    *words, last = text.split(" ")
    text = " ".join(["", *filter(None, words), last])
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    upper = np.fromiter(map(str.isupper, text), np.bool_, len(text))
    grams = np.full((len(points), 3), ABSENT)
    grams[:, 0] = points
    grams[1:, 1] = points[:-1] << POINT | points[1:]
    grams[2:, 2] = np.where(points[1:-1] == SPACE, ABSENT, grams[1:-1, 1] << POINT | points[2:])
    return grams[1:][~(upper[1:] & upper[:-1])].ravel()


def _packed(grams: Sequence[str]) -> NDArray[np.int64]:
    """Each n-gram, of up to three characters, as one number."""
    import numpy as np

    lengths = np.fromiter(map(len, grams), np.int64, len(grams))
    points = np.frombuffer("".join(grams).encode("utf-32-le"), "<u4").astype(np.int64)
    ends = np.cumsum(lengths)
    packed = points[ends - 1]
    for back in (1, 2):
        longer = lengths > back
        packed[longer] |= points[ends[longer] - 1 - back] << (POINT * back)
    return packed


def _loaded() -> Profiles:
    """langdetect's profiles, complete. The library loads them without a lock, and draws without a seed."""
    global _profiles
    with _lock:
        if _profiles is None:
            _profiles = _load()
        return _profiles


def _load() -> Profiles:
    """One file after the other: all of them, parsed, take 70 MB."""
    import numpy as np
    from langdetect.detector_factory import PROFILES_DIRECTORY

    files = sorted(file for file in Path(PROFILES_DIRECTORY).iterdir() if not file.name.startswith("."))
    names: list[str] = []
    grams: list[NDArray[np.int64]] = []
    shares: list[NDArray[np.float64]] = []
    for file in filter(Path.is_file, files):
        one = json.loads(file.read_text("utf-8"))
        freq: dict[str, int] = one["freq"]
        freq.pop(" ", None)  # no n-gram of a text
        names.append(one["name"])
        grams.append(_packed([*freq]))
        of_size = np.array((1, *one["n_words"]))
        shares.append(np.array([*freq.values()]) / of_size[[*map(len, freq)]])
    every = np.concatenate(grams)
    order = np.argsort(every, kind="stable")
    known, start = np.unique(every[order], return_index=True)
    languages = np.repeat(np.arange(len(names), dtype=np.uint8), [*map(len, grams)])
    start = np.append(start, len(every))
    return Profiles(tuple(names), known, start, languages[order], np.concatenate(shares)[order])
