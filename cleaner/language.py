"""The one place langdetect is configured: one answer for a text, whatever was asked before, in any thread.

langdetect alone draws at random, reads its profiles in the order the disk lists them, and answers wrongly
while another thread is still loading them. Here its seed is fixed for each call, the profiles are read in
alphabetical order, once, under a lock, and used only when complete.

It loops over lists, language by language; here its profiles are arrays, and what a character becomes is
kept: the same draws in the same order, the same numbers, in a seventh of the time. And its trials end when no
further one can change the answer (`_settled_answer`).
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, cached_property, lru_cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import orjson

from cleaner import native

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The answer on the middle 1,000 characters was that on the whole text for 300 of 300 documents, in a third of
# the time. Whole words only: at most this many characters are given up at each end.
SAMPLE_CHARS = 1000
MAX_PARTIAL_WORD_CHARS = 40
# Below this langdetect guesses (its issues #105 and #108); a script used by one language needs no statistics.
MIN_LETTERS = 20
MIN_SCRIPT_LETTERS = 4
# All letters before this one are Latin: no script of one language has any.
FIRST_LETTER_OF_SCRIPTS = "\u0370"
# Share of the letters at which the script decides. The rest may be names and brands in Latin letters.
MIN_SCRIPT_SHARE = 0.6
# Of Chinese characters and kana together. Set by hand: Japanese sentences cannot do without kana.
MIN_KANA_SHARE = 0.1
# Least probability from langdetect: higher for short texts, which mislead it. Set by hand.
SHORT_TEXT_LETTERS = 200
MIN_P_SHORT_TEXT = 0.9
MIN_P_LONG_TEXT = 0.5
# langdetect's own: its `Detector` sets the number of trials on each instance, and when to look, in its code.
N_TRIALS = 7
DRAWS_PER_CHECK = 5
# Draws that `_settled_answer` looks at together: most trials need 20 to 60, and most texts four trials.
DRAWS_AT_ONCE = 60
ROWS_AT_ONCE = 240
# `_settled_answer` multiplies in another order than langdetect. After 1,001 factors its numbers are off by
# less than 1e-12 of themselves; what is decided by less than this is left to the exact numbers.
MARGIN = 1e-9
# What the draws of all trials may need: at most 1,001 each, half of which may have to be drawn again, and 16
# for the seven normal deviates.
N_RANDOM_WORDS = 16_384
# Keeps products of shares, of some ten-thousandths each, within a float's range; exact, as a power of 2.
SHARE_SCALE = 1024.0

# An n-gram as a number: bits of a code point. A space is only at the edge of an n-gram, and never one alone.
CODE_POINT_BITS, SPACE_CODE_POINT, NO_NGRAM = 21, 32, -1

# No URL and no address is without one of them.
URL_OR_EMAIL_SIGNS = ("@", "://", "www.")
URL_OR_EMAIL = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@\S+")

# Scripts that one language of the web uses, by ranges of letters; `han` and `kana` are counted together.
SCRIPT_RANGES = {
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

# Languages that langdetect mistakes for one another, or knows one of: between them a page's own word counts.
NEIGHBOURS = tuple(
    frozenset(group.split())
    for group in (
        "da no sv is fo",
        "hr sr bs sl mk bg cnr",
        "cs sk",
        "be uk ru bg rue",
        "kk ky tt ba mn tg ru bg mk",
        "es ca gl oc ast an eu",
        "pt gl",
        "it co sc mt fur",
        "fr oc ht br wa",
        "nl af fy li",
        "de lb nds gsw",
        "id ms jv su tl fil ceb",
        "tr az uz tk ku",
        "ar fa ur ps sd ckb ug",
        "he yi",
        "hi mr ne sa bho mai kok",
        "bn as",
        "am ti",
        "sw zu xh ss nr st tn ts ve rw rn ny sn lg ln so",
    )
)
# Words that no text of some length in these languages does without. Where langdetect has no profile of the
# language that a page declares, they show whether its answer is more than the nearest one it knows.
FUNCTION_WORDS = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the of and to in that this is was are for with on it at by an",
        "de": "der die das und in den von mit ist nicht ein eine zu auf",
        "fr": "le la les de des et en que un une pour dans est du",
        "es": "el la los de que y en un una por con las del se",
        "pt": "o a os de que e em um uma para com do da não",
        "it": "il la di che e in un una per con del della non i",
        "nl": "de het een van en in is dat op te met voor zijn niet",
        "sv": "och att det som en i på är av för den till med inte",
        "pl": "i w na z się nie że do to jest o po od za",
        "ru": "и в на не что с по из к для это как от за",
        "tr": "ve bir bu için da de ile olarak daha çok ne gibi kadar",
        "id": "yang dan di dengan untuk pada ini itu dari tidak dalam akan ke",
        "ro": "de și în la a cu pe din că pentru care nu o un",
        "hu": "a az és hogy nem is egy volt meg de ez csak",
    }.items()
}
MIN_FUNCTION_WORD_SHARE = 0.12

# What langdetect counts as letters of another script than the Latin one: it means to spare Vietnamese ones,
# but compares the number of a block with its name.
NON_LATIN_LETTER = re.compile("[\u0300-\U0010ffff]")
LATIN_LETTER = re.compile("[A-z]")


class Profiles(NamedTuple):
    """Share of each n-gram in each language, as sparse arrays: one share in 26 is not 0.

    `ngrams` are in order, each as one number (`_pack_ngrams`); of the k-th the shares are
    `shares[share_start[k]:share_start[k + 1]]`, of the languages whose numbers `language_numbers` has there.
    """

    language_codes: tuple[str, ...]
    ngrams: NDArray[np.int64]
    share_start: NDArray[np.int64]
    language_numbers: NDArray[np.uint8]
    shares: NDArray[np.float64]
    slots: NDArray[np.uint32] | None  # of the native core: a table to look up n-grams by

    def find_ngrams(self, ngrams: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index of each n-gram; -1 for those of no profile."""
        import numpy as np

        # looked up in their order: one by one each is far from the last, out of the processor's cache
        order = np.argsort(ngrams)
        ascending = ngrams[order]
        found = np.minimum(np.searchsorted(self.ngrams, ascending), len(self.ngrams) - 1)
        index = np.empty(len(ngrams), np.int64)
        index[order] = np.where(self.ngrams[found] == ascending, found, -1)
        return index

    def share_rows(self, ngram_index: NDArray[np.int64]) -> NDArray[np.float64]:
        """For each n-gram a row with its share in each language."""
        import numpy as np

        n_languages = len(self.language_codes)
        lengths = self.share_start[ngram_index + 1] - self.share_start[ngram_index]
        ends = np.cumsum(lengths)
        share_index = np.arange(ends[-1]) + np.repeat(self.share_start[ngram_index] - ends + lengths, lengths)
        row_starts = np.arange(0, n_languages * len(ngram_index), n_languages)
        rows = np.zeros(n_languages * len(ngram_index))
        rows[np.repeat(row_starts, lengths) + self.language_numbers[share_index]] = self.shares[share_index]
        return rows.reshape(len(ngram_index), n_languages)


_lock = threading.Lock()
_profiles: Profiles | None = None


def _renew_lock() -> None:
    """In a forked process: the thread that held the lock is not there to give it back."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def detect_language(text: str, declared: str | None = None) -> str | None:
    """The ISO 639-1 code of the language of `text`. Never raises.

    None where there is too little text, or where the text speaks for `declared`, the language that its page
    names, as much as for the answer: between neighbours, and where the statistics do not know `declared`.
    """
    sample, letters = _sample_and_letters(text)
    code = _language_of_script(letters)
    if code is None and len(letters) >= MIN_LETTERS:
        code = _language_of_ngrams(sample, letters)
    if code and declared and declared != code and _may_be_declared(sample, code, declared):
        return None
    return code


def _may_be_declared(sample: str, detected: str, declared: str) -> bool:
    """Whether a text taken for one language may be in the one that its page declares."""
    if any(detected in group and declared in group for group in NEIGHBOURS):
        return True
    words = re.findall(r"[^\W\d_]+", sample.lower())
    own, others = (FUNCTION_WORDS.get(code, frozenset[str]()) for code in (declared, detected))
    n_detected = sum(word in others for word in words)
    if declared not in _known_languages() and declared not in SCRIPT_RANGES:
        return n_detected < MIN_FUNCTION_WORD_SHARE * len(words)
    # A short text may hold more names of another language than words of its own.
    n_own_only = sum(word in own - others for word in words)
    n_detected_only = sum(word in others - own for word in words)
    is_short = sum(map(len, words)) < SHORT_TEXT_LETTERS
    return is_short and n_own_only >= max(1, n_detected_only)


def _known_languages() -> frozenset[str]:
    """The languages of langdetect's profiles."""
    return frozenset(code.partition("-")[0] for code in _shared_profiles().language_codes)


def _sample_and_letters(text: str) -> tuple[str, list[str]]:
    """The sample that decides, and its letters: the middle; the start or end where that has few letters."""
    sample, letters = "", list[str]()
    for start in ((len(text) - SAMPLE_CHARS) // 2, 0, len(text) - SAMPLE_CHARS):
        excerpt = (
            text if len(text) <= SAMPLE_CHARS else _trim_partial_words(text[start : start + SAMPLE_CHARS])
        )
        has_signs = any(sign in excerpt for sign in URL_OR_EMAIL_SIGNS)
        sample = URL_OR_EMAIL.sub(" ", excerpt) if has_signs else excerpt
        letters = list(filter(str.isalpha, sample))
        if len(letters) >= MIN_LETTERS or excerpt is text:
            break
    return sample, letters


def _trim_partial_words(excerpt: str) -> str:
    """Without the partial words at both ends; text without spaces unchanged."""
    head = re.match(rf"\S{{0,{MAX_PARTIAL_WORD_CHARS}}}\s", excerpt)
    tail = re.search(rf"\s\S{{0,{MAX_PARTIAL_WORD_CHARS}}}\Z", excerpt[-MAX_PARTIAL_WORD_CHARS - 1 :])
    return excerpt[head.end() if head else 0 : len(excerpt) - len(tail[0]) if tail else len(excerpt)]


def _language_of_script(letters: list[str]) -> str | None:
    """The one language that writes in this script."""
    if len(letters) < MIN_SCRIPT_LETTERS or max(letters) < FIRST_LETTER_OF_SCRIPTS:
        return None
    counts = Counter[str | None]()
    for char, number in Counter(letters).items():
        counts[_script_of(char)] += number
    del counts[None]
    cjk_count = counts.pop("han", 0) + counts["kana"]
    kana_count = counts.pop("kana", 0)
    counts["ja" if kana_count >= MIN_KANA_SHARE * cjk_count else "zh"] += cjk_count
    code, top_count = counts.most_common(1)[0]
    return code if top_count > MIN_SCRIPT_SHARE * len(letters) else None


@lru_cache(maxsize=8192)
def _script_of(char: str) -> str | None:
    code_point = ord(char)
    return next(
        (
            code
            for code, ranges in SCRIPT_RANGES.items()
            if any(first <= code_point <= last for first, last in ranges)
        ),
        None,
    )


def _language_of_ngrams(sample: str, letters: list[str]) -> str | None:
    # langdetect skips words in capitals: of a text in capitals nothing would be left.
    upper_count = sum(map(str.isupper, letters))
    text = sample.lower() if upper_count * 2 > len(letters) else sample
    min_p = MIN_P_SHORT_TEXT if len(letters) < SHORT_TEXT_LETTERS else MIN_P_LONG_TEXT
    ngrams = _known_ngrams(text)
    answer = _settled_answer(ngrams, min_p)
    if answer is None:
        code, probability = _most_probable_language(text)
        answer = code, probability >= min_p
    code, is_probable = answer
    return code.split("-")[0] if is_probable else None


def _known_ngrams(text: str) -> NDArray[np.int64]:
    """Of the n-grams of a text that profiles hold, the index in the profiles; in order, with repetitions."""
    profiles, normal = _shared_profiles(), _without_repeated_spaces(_normalize_text(text))
    if native.core is not None and profiles.slots is not None:
        return _native_known_ngrams(native.core, profiles, profiles.slots, normal)
    ngram_index = profiles.find_ngrams(_pack_text_ngrams(normal))
    return ngram_index[ngram_index >= 0]


def _native_known_ngrams(
    core: native.NativeCore, profiles: Profiles, slots: NDArray[np.uint32], text: str
) -> NDArray[np.int64]:
    """`_known_ngrams` by the native core; `text` is as `_pack_text_ngrams` takes it."""
    import numpy as np

    code_points, is_upper = _code_points_and_capitals(text)
    found = np.empty(3 * len(code_points), np.int64)
    return found[: core.known_ngrams(code_points, is_upper, profiles.ngrams, slots, found)]


def _most_probable_language(text: str) -> tuple[str, float]:
    """The likeliest language and its probability, 0 where no letter of the text is in any profile.

    As `Detector.get_probabilities`: the mean of some trials, each of which draws n-grams until it is sure.
    """
    import numpy as np
    from langdetect.detector import Detector

    profiles = _shared_profiles()
    known_ngrams, order = np.unique(_known_ngrams(text), return_inverse=True)
    mean_p = np.zeros(len(profiles.language_codes))
    if not len(known_ngrams):
        return profiles.language_codes[0], 0.0
    rows, draws_from, rng = profiles.share_rows(known_ngrams), order.tolist(), Random(0)
    for _ in range(N_TRIALS):
        alpha = Detector.ALPHA_DEFAULT + rng.gauss(0.0, 1.0) * Detector.ALPHA_WIDTH
        mean_p += _run_trial(rows, draws_from, alpha / Detector.BASE_FREQ, rng) / N_TRIALS
    best = int(mean_p.argmax())
    return profiles.language_codes[best], float(mean_p[best])


def _run_trial(
    rows: NDArray[np.float64], ngram_rows: Sequence[int], weight: float, rng: Random
) -> NDArray[np.float64]:
    """The probability of each language once one is certain, after as many draws as that takes."""
    import numpy as np
    from langdetect.detector import Detector

    languages = rows.shape[1]
    drawn_rows = _random_choices(ngram_rows, rng)
    p_language: NDArray[np.float64] = (rows[next(drawn_rows)] + weight) * (1.0 / languages)
    factors = np.empty((DRAWS_PER_CHECK + 1, languages))
    for n_drawn in range(0, Detector.ITERATION_LIMIT + DRAWS_PER_CHECK, DRAWS_PER_CHECK):
        shares = p_language.tolist()
        total = sum(shares)  # in the order in which langdetect adds; numpy has another
        p_language /= total
        if max(shares) / total > Detector.CONV_THRESHOLD or n_drawn >= Detector.ITERATION_LIMIT:
            break
        factors[0] = p_language
        np.add(rows[list(islice(drawn_rows, DRAWS_PER_CHECK))], weight, out=factors[1:])
        np.multiply.reduce(factors, out=p_language)
    return p_language


def _random_choices(items: Sequence[int], rng: Random) -> Iterator[int]:
    """The same as `rng.choice(items)` again and again, without its three calls a draw."""
    size, random_bits = len(items), rng.getrandbits
    n_bits = size.bit_length()
    while True:
        index = random_bits(n_bits)
        if index < size:
            yield items[index]


def _settled_answer(ngrams: NDArray[np.int64], min_p: float) -> tuple[str, bool] | None:
    """The likeliest language, and whether its probability is at least `min_p`; None where that is too close.

    The same as what `_most_probable_language` says, in less time, for two reasons:

    - The mean of the trials ends early. A trial adds at most 1/7 to a language and takes nothing away, so
      the answer stands as soon as the trials that are left cannot lift the second above the first, and the
      first has `min_p`; or when they cannot lift any to `min_p`. A long text in one language needs four.
    - Within a trial the draws are multiplied without the sums in between (`_quick_trial`).
    """
    import numpy as np

    profiles = _shared_profiles()
    if not len(ngrams):
        return profiles.language_codes[0], False
    draws, mean_p = _Draws(profiles, ngrams), np.zeros(len(profiles.language_codes))
    for n_left in reversed(range(N_TRIALS)):
        p_language = _quick_trial(draws) if native.core is None else draws.native_trial(native.core)
        if p_language is None:
            return None
        mean_p += p_language / N_TRIALS
        second, first = sorted(mean_p.tolist())[-2:]
        can_gain = n_left / N_TRIALS + MARGIN
        is_probable = first >= min_p + MARGIN
        if (is_probable and first - second > can_gain) or first + can_gain < min_p:
            return profiles.language_codes[int(mean_p.argmax())], is_probable
    return None


class _Draws:
    """What langdetect draws from n-grams: `Random(0)` gives the same numbers for each text.

    Many draws are looked at together, and only those that a trial needed are taken.
    """

    def __init__(self, profiles: Profiles, ngrams: NDArray[np.int64]) -> None:
        import numpy as np

        self._choices = _random_choice_words(len(ngrams).bit_length())
        self._profiles, self._ngrams = profiles, ngrams
        self._rows = np.empty((0, len(profiles.language_codes)))
        self._random = _ReplayedRandom(0)
        self._start = 0  # the trial's first draw

    def weight(self) -> float:
        """What the next trial adds to each share."""
        from langdetect.detector import Detector

        alpha = Detector.ALPHA_DEFAULT + self._random.gauss(0.0, 1.0) * Detector.ALPHA_WIDTH
        return float(alpha / Detector.BASE_FREQ)

    def begin(self) -> None:
        """Draws are counted from here on."""
        self._start = int(self._places.searchsorted(self._random.place))

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        """Where the random numbers stand that choose: `choice` draws again what is too large."""
        import numpy as np

        return np.flatnonzero(self._choices < len(self._ngrams))

    def share_rows(self, first: int, count: int) -> NDArray[np.float64]:
        """The shares of `count` n-grams, times SHARE_SCALE, from the `first` of the trial's draws on. Not to
        be changed."""
        import numpy as np

        start = self._start + first
        while len(self._rows) < start + count:
            places = self._places[len(self._rows) : len(self._rows) + ROWS_AT_ONCE]
            drawn = self._ngrams[self._choices[places]]
            self._rows = np.concatenate((self._rows, self._profiles.share_rows(drawn) * SHARE_SCALE))
        return self._rows[start : start + count]

    def take(self, count: int) -> None:
        """Go on behind so many draws of the trial."""
        self._random.place = int(self._places[self._start + count - 1]) + 1

    def native_trial(self, core: native.NativeCore) -> NDArray[np.float64] | None:
        """`_quick_trial` by the native core."""
        import numpy as np

        weight, profiles = self.weight(), self._profiles
        p_language = np.empty(len(profiles.language_codes))
        place = core.language_trial(
            self._ngrams,
            self._choices,
            self._random.place,
            weight,
            profiles.share_start,
            profiles.language_numbers,
            profiles.shares,
            p_language,
        )
        self._random.place = place
        return p_language if place >= 0 else None


class _ReplayedRandom(Random):
    """`Random(0)` again, from any place in the words that it gives."""

    place = 0

    def random(self) -> float:
        """As `Random.random`: a float of 53 bits from two words."""
        high, low = _random_words()[self.place : self.place + 2].tolist()
        self.place += 2
        return float((high >> 5) * 2.0**26 + (low >> 6)) / 2.0**53


@cache
def _random_words() -> NDArray[np.uint32]:
    """The first words, of 32 bits, of `Random(0)`."""
    import numpy as np

    words = Random(0).getrandbits(32 * N_RANDOM_WORDS)  # the first one in the lowest bits
    return np.frombuffer(words.to_bytes(4 * N_RANDOM_WORDS, "little"), "<u4")


@cache
def _random_choice_words(n_bits: int) -> NDArray[np.uint32]:
    """The numbers of so many bits that `Random(0)` chooses by."""
    import numpy as np

    return _random_words() >> np.uint32(32 - n_bits)


def _quick_trial(draws: _Draws) -> NDArray[np.float64] | None:
    """As `_run_trial`, to within `MARGIN`; None where it is too close to say after how many draws it ends."""
    import numpy as np
    from langdetect.detector import Detector

    weight = draws.weight() * SHARE_SCALE
    draws.begin()
    p_language: NDArray[np.float64] = draws.share_rows(0, 1)[0] + weight
    for n_drawn in range(1, 1 + Detector.ITERATION_LIMIT, DRAWS_AT_ONCE):
        n_now = min(DRAWS_AT_ONCE, 1 + Detector.ITERATION_LIMIT - n_drawn)
        factors = (draws.share_rows(n_drawn, n_now) + weight).reshape(-1, DRAWS_PER_CHECK, len(p_language))
        products = np.empty((1 + len(factors), len(p_language)))
        products[0] = p_language
        np.multiply.reduce(factors, axis=1, out=products[1:])
        np.multiply.accumulate(products, out=products)
        totals = products.sum(axis=1)
        top_p = (products.max(axis=1) / totals).tolist()
        last_check = next((i for i, p in enumerate(top_p) if p > Detector.CONV_THRESHOLD), len(top_p) - 1)
        if any(abs(p - Detector.CONV_THRESHOLD) < MARGIN for p in top_p[: last_check + 1]):
            return None
        p_language = products[last_check] / totals[last_check]
        if top_p[last_check] > Detector.CONV_THRESHOLD:
            break
    draws.take(n_drawn + last_check * DRAWS_PER_CHECK)
    return p_language


def _normalize_text(text: str) -> str:
    """What langdetect's `append` and `cleaning_text` leave of a text, each letter as profiles spell it."""
    from langdetect.detector import Detector
    from langdetect.utils.ngram import NGram

    if "://" in text:
        text = Detector.URL_RE.sub(" ", text)
    if "@" in text:
        text = Detector.MAIL_RE.sub(" ", text)
    if text.isascii():
        return text.encode().translate(_normal_ascii()).decode()
    text = NGram.normalize_vi(text)
    if len(LATIN_LETTER.findall(text)) * 2 < len(NON_LATIN_LETTER.findall(text)):
        text = LATIN_LETTER.sub("", text)
    return "".join(map(_normalize_character, text))


@cache
def _normal_ascii() -> bytes:
    """What each ASCII character becomes, which is one as well; 256 bytes, as `bytes.translate` takes them."""
    return "".join(_normalize_character(chr(code_point)) for code_point in range(128)).encode().ljust(256)


@lru_cache(maxsize=8192)
def _normalize_character(char: str) -> str:
    from langdetect.utils.ngram import NGram

    return str(NGram.normalize(char))


def _pack_text_ngrams(text: str) -> NDArray[np.int64]:
    """The n-grams of `text` in the order of `Detector._extract_ngrams`: those that end at each character.

    None reaches over a space, and none ends where two capitals meet. `text` is as `_without_repeated_spaces`
    gives it.
    """
    import numpy as np

    codes, is_upper = _code_points_and_capitals(text)
    code_points = codes.astype(np.int64)
    ngrams = np.full((len(code_points), 3), NO_NGRAM)
    ngrams[:, 0] = code_points
    ngrams[1:, 1] = code_points[:-1] << CODE_POINT_BITS | code_points[1:]
    ngrams[2:, 2] = np.where(
        code_points[1:-1] == SPACE_CODE_POINT, NO_NGRAM, ngrams[1:-1, 1] << CODE_POINT_BITS | code_points[2:]
    )
    return ngrams[1:][~(is_upper[1:] & is_upper[:-1])].ravel()


def _without_repeated_spaces(text: str) -> str:
    """A space before the text, and one at most before and behind each of its words."""
    *words, last = text.split(" ")
    return " ".join(["", *filter(None, words), last])


def _code_points_and_capitals(text: str) -> tuple[NDArray[np.uint32], NDArray[np.bool_]]:
    """Each character's code point, and whether it is a capital."""
    import numpy as np

    code_points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    if text.isascii():
        return code_points, (code_points >= ord("A")) & (code_points <= ord("Z"))
    return code_points, np.fromiter(map(str.isupper, text), np.bool_, len(text))


def _pack_ngrams(ngrams: Sequence[str]) -> NDArray[np.int64]:
    """Each n-gram, of up to three characters, as one number."""
    import numpy as np

    lengths = np.fromiter(map(len, ngrams), np.int64, len(ngrams))
    code_points = np.frombuffer("".join(ngrams).encode("utf-32-le"), "<u4").astype(np.int64)
    ends = np.cumsum(lengths)
    packed = code_points[ends - 1]
    for steps_back in (1, 2):
        longer = lengths > steps_back
        packed[longer] |= code_points[ends[longer] - 1 - steps_back] << (CODE_POINT_BITS * steps_back)
    return packed


def _shared_profiles() -> Profiles:
    """langdetect's profiles, complete. The library loads them without a lock, and draws without a seed."""
    global _profiles
    with _lock:
        if _profiles is None:
            _profiles = _read_profiles()
        return _profiles


def _read_profiles() -> Profiles:
    """One file after the other: all of them, parsed, take 70 MB."""
    import numpy as np
    from langdetect.detector_factory import PROFILES_DIRECTORY

    files = sorted(file for file in Path(PROFILES_DIRECTORY).iterdir() if not file.name.startswith("."))
    codes: list[str] = []
    ngrams: list[NDArray[np.int64]] = []
    shares: list[NDArray[np.float64]] = []
    for file in filter(Path.is_file, files):
        profile = orjson.loads(file.read_bytes())
        counts: dict[str, int] = profile["freq"]
        counts.pop(" ", None)  # no n-gram of a text
        codes.append(profile["name"])
        ngrams.append(_pack_ngrams([*counts]))
        totals_by_length = np.array((1, *profile["n_words"]))
        shares.append(np.array([*counts.values()]) / totals_by_length[[*map(len, counts)]])
    all_ngrams = np.concatenate(ngrams)
    order = np.argsort(all_ngrams, kind="stable")
    unique_ngrams, share_start = np.unique(all_ngrams[order], return_index=True)
    languages = np.repeat(np.arange(len(codes), dtype=np.uint8), [*map(len, ngrams)])
    share_start = np.append(share_start, len(all_ngrams))
    return Profiles(
        tuple(codes),
        unique_ngrams,
        share_start,
        languages[order],
        np.concatenate(shares)[order],
        _ngram_slots(unique_ngrams),
    )


def _ngram_slots(ngrams: NDArray[np.int64]) -> NDArray[np.uint32] | None:
    """The native core's table to look up n-grams by; None without the core."""
    import numpy as np

    if native.core is None:
        return None
    slots = np.empty(1 << (2 * len(ngrams) - 1).bit_length(), np.uint32)
    native.core.fill_ngram_slots(ngrams, slots)
    return slots
