"""What speaks for and against each swap of a spun document, as numbers that a fitted table weighs.

Here a spinner was at work, so a swap need not prove itself against all of English. A spinner is consistent:
once `mentioned` stands for `said` in many places, it does so in all; and a dictionary that swaps `said`
leaves none behind in the narration. `signs` holds what one look tells, `more_signs` what the first verdict
on all other places adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cleaner.garble.candidates import Places, articles
from cleaner.garble.lexicon import CHANNELS
from cleaner.garble.ngram_model import UNKNOWN, Floats, Ints, Model
from cleaner.garble.tokenize import QUOTE, STOP, Words

# Gains beyond this say nothing more.
CLIP = 10.0
SIGNS = (
    "gain", "common", "context", "left", "right", "prior", "phrase", "unfolded", "thesaurus", "tortured",
    "name", "register", "said", "document", "form", "form repeated", "stays", "absent", "excess", "ahead",
    "bare", "capital", "sibling", "quoted", "form quoted",
)  # fmt: skip
MORE_SIGNS = (
    *SIGNS, "first", "others", "others repeated", "agreement", "kind", "density", "rivals", "other forms",
    "other originals",
)  # fmt: skip
# Before a noun one of these stands, or something is missing: `final week` is a spinner's where none does.
DETERMINERS = frozenset(
    "the a an this that these those my your his her its our their 's no each every".split()
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for every look at a text: counts over its narration, and what it scored.

    Of each row: `pair` numbers form and original, `original` the original whatever the form; `common` says
    how much commoner the original is than the form (nats), `stays` what share of both the original has in
    the narration, `absent` how often it should stand there where it never does, `excess` how much oftener
    than usual the form does (nats), `bare` that no determiner stands before it, `capital` that it has a
    capital inside a sentence, `sibling` that the original stands in the text in its other number, `quoted`
    and `form_quoted` that original and form stand in its quotations (all three 0 or 1).
    """

    found: Places
    pair: Ints
    original: Ints
    common: Floats
    stays: Floats
    absent: Floats
    excess: Floats
    bare: Floats
    capital: Floats
    sibling: Floats
    quoted: Floats
    form_quoted: Floats
    score: float


def setting(words: Words, found: Places, score: float, model: Model) -> Setting:
    """The counts, over the narration only: quotations are nobody's swap."""
    options, place = found.options, found.place
    told = [token for token, quoted in zip(words.tokens, words.quoted, strict=True) if not quoted]
    here = np.bincount(model.numbers(articles(told)), minlength=len(model.single)).astype(float)
    ids, lengths = options.original.take(found.option)
    stand = np.bincount(found.form)[found.form][place]  # how often the form stands there
    left = _least(here[ids], lengths)
    usual = np.exp(options.usual_original[found.option]) * len(told)
    expected = np.exp(options.usual_spun[found.form[place]]) * len(told)
    return Setting(
        found,
        np.unique(found.option, return_inverse=True)[1],
        np.unique(options.same[found.option], return_inverse=True)[1],
        np.clip(options.usual_original[found.option] - options.usual_spun[found.form[place]], -CLIP, CLIP),
        np.where(lengths == 1, left / (left + stand), 0.3),
        np.where((lengths == 1) & (left == 0), np.minimum(usual, 6.0), 0.0),
        np.clip(np.log((stand + 0.5) / (expected + 0.5)), -3.0, 6.0),
        _bare(words, found)[place],
        _capital(words, found)[place],
        *_elsewhere(words, found, model),
        min(score, 20.0) / 10,
    )


def _bare(words: Words, found: Places) -> Floats:
    tokens = words.tokens
    return np.array([float(k == 0 or tokens[k - 1] not in DETERMINERS) for k in found.first.tolist()])


def _capital(words: Words, found: Places) -> Floats:
    """A name, or a title's word: a capital where no sentence begins."""
    text, starts, tokens = words.text, words.starts, words.tokens
    return np.array(
        [
            float(text[starts[k]].isupper() and k > 0 and tokens[k - 1] not in (STOP, QUOTE))
            for k in found.first.tolist()
        ]
    )


def _elsewhere(words: Words, found: Places, model: Model) -> tuple[Floats, Floats, Floats]:
    """What the text shows elsewhere: of the original its other number, in quotations both."""
    options, place = found.options, found.place
    ids = np.array(model.numbers(words.tokens), dtype=np.int64)
    stands, inside = np.zeros(len(model.single)), np.zeros(len(model.single))
    stands[ids] = 1.0
    inside[ids[np.array(words.quoted, dtype=bool)]] = 1.0
    stands[UNKNOWN] = inside[UNKNOWN] = 0.0
    original, lengths = options.original.take(found.option)
    spun, sizes = options.spun.take(found.form)
    quoted = np.where(lengths == 1, _least(inside[original], lengths), 0.0)
    return stands[options.sibling[found.option]], quoted, _least(inside[spun], sizes)[place]


def signs(told: Setting, gain: Floats, sides: tuple[Floats, Floats]) -> Floats:
    """A row of SIGNS for every row of the places; `sides` are what `edges` gives."""
    found, options = told.found, told.found.options
    place, option = found.place, found.option
    form = found.form[place]
    gain = np.clip(gain, -CLIP, CLIP)
    prior = options.prior[option]
    weighed = gain + prior
    _, at = np.unique(found.form, return_inverse=True)
    times = np.bincount(at)
    mean = (np.bincount(at, found.best(weighed)) / times)[at][place]
    return np.column_stack(
        (
            gain,
            told.common,
            gain - told.common,
            np.clip(sides[0], -CLIP, CLIP),
            np.clip(sides[1], -CLIP, CLIP),
            prior,
            np.diff(options.spun.start)[form] > 1,
            np.diff(options.original.start)[option] > 1,
            *(options.channel[option] == CHANNELS.index(kind) for kind in ("t", "p", "name")),
            options.register[form],
            np.clip(np.where(gain > 3, options.said[form, 2], options.said[form, 1]) / 10, -1.0, 3.0),
            np.full(len(option), told.score),
            mean,
            mean * np.log(times[at][place]),
            told.stays,
            told.absent,
            told.excess,
            weighed - _rest(weighed, found),
            told.bare,
            told.capital,
            told.sibling,
            told.quoted,
            told.form_quoted,
        )
    )


def more_signs(told: Setting, seen: Floats, first: Floats) -> Floats:
    """A row of MORE_SIGNS for every row.

    `seen` are the SIGNS of the second look, `first` the log-odds that the first look gave the rows.
    """
    found = told.found
    place = found.place
    clipped = np.clip(first, -5.0, 5.0)
    times = np.bincount(told.pair)[told.pair]
    total = np.bincount(told.pair, clipped)[told.pair]
    others = (total - clipped) / np.maximum(times - 1, 1)
    wins = (first >= found.best(first)[place]) & (first > 0)
    agree = (np.bincount(told.pair, wins)[told.pair] - wins) / np.maximum(times - 1, 1)
    held = np.where(wins, clipped, 0.0)
    of_pair = np.bincount(told.pair, held)[told.pair]
    hit = found.best(first) > 0
    density = (hit.sum() + 1) / (len(hit) + 2)
    return np.column_stack(
        (
            seen,
            clipped,
            others * (times > 1),
            others * np.log(times),
            agree * np.log(times),
            _kind(told, hit)[place],
            np.full(len(first), np.log(density)),
            np.clip(clipped - _rest(clipped, found), -CLIP, CLIP),
            np.log1p(np.bincount(told.original, held)[told.original] - of_pair),
            np.log1p(np.bincount(found.form[place], held)[found.form[place]] - of_pair),
        )
    )


def _kind(told: Setting, hit: npt.NDArray[np.bool_]) -> Floats:
    """A spinner has one dictionary: how much seldomer than another kind's this kind of swap shows (nats)."""
    kind = told.found.options.channel[told.found.option[told.found.start[:-1]]]
    size = len(CHANNELS)
    rates = (np.bincount(kind, hit, minlength=size) + 1) / (np.bincount(kind, minlength=size) + 2)
    said: Floats = np.log(rates / rates.max())[kind]
    return said


def _rest(rows: Floats, found: Places) -> Floats:
    """Of each row all other rows of its place and staying as it is (0) together."""
    place = found.place
    top = np.maximum(found.best(rows), 0.0)[place]
    shares = np.exp(rows - top)
    total = (found.sums(shares) + np.exp(-np.maximum(found.best(rows), 0.0)))[place]
    rest: Floats = top + np.log(np.maximum(total - shares, 1e-9))
    return rest


def _least(flat: Floats, lengths: Ints) -> Floats:
    """The smallest of each row: a phrase is as rare as its rarest word, at most."""
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return np.minimum.reduceat(flat, starts)
