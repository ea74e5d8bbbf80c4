"""What speaks for and against each swap of a spun document, as numbers that a fitted table weighs.

Here a spinner was at work, so a swap need not prove itself against all of English. A spinner is consistent:
once `mentioned` stands for `said` in many places, it does so in all; and a dictionary that swaps `said` leaves
none behind in the narration. `signs` holds what one look tells, `more_signs` what the first verdict on all
other places adds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from cleaner.garble.evidence import Places
from cleaner.garble.lexicon import CHANNELS
from cleaner.garble.model import Floats, Ints, Model
from cleaner.garble.words import Words

# Gains beyond this say nothing more.
CLIP = 10.0
SIGNS = (
    "gain", "common", "context", "prior", "phrase", "unfolded", "thesaurus", "tortured", "name", "register",
    "said", "document", "form", "form repeated", "stays", "absent", "excess", "ahead",
)  # fmt: skip
MORE_SIGNS = (*SIGNS, "first", "others", "others agree", "agreement", "kind", "density", "rivals")


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for every look at a text: counts over its narration, and what it scored."""

    found: Places
    pair: Ints  # of each row, which (form, original) of this text it is
    common: Floats  # of each row: how much commoner the original is than the spun words (nats)
    stays: Floats  # of each row: among original and form together, the share of the original in the narration
    absent: Floats  # of each row: how often the original should stand in the narration, where it never does
    excess: Floats  # of each row: how much oftener the form stands there than it should (nats)
    score: float


def setting(words: Words, found: Places, score: float, model: Model) -> Setting:
    """The counts, over the narration only: quotations are nobody's swap."""
    told = [token for token, quoted in zip(words.tokens, words.quoted, strict=True) if not quoted]
    total = Counter(model.numbers("a" if token == "an" else token for token in told))
    size = len(model.log_single)
    here = np.zeros(size)
    here[list(total.keys())] = list(total.values())
    usual = model.share * len(told)
    logs = np.log(model.share)
    o_ids, o_len = found.options.original.take(found.option)
    s_ids, s_len = found.options.spun.take(found.form[found.place])
    original, spun = _sum(logs[o_ids], o_len), _sum(logs[s_ids], s_len)
    count_o, count_s = _least(here[o_ids], o_len), _least(here[s_ids], s_len)
    usual_o, usual_s = _least(usual[o_ids], o_len), _least(usual[s_ids], s_len)
    single = (o_len == 1) & (s_len == 1)
    return Setting(
        found,
        np.unique(found.option, return_inverse=True)[1],
        np.clip(original - spun, -CLIP, CLIP),
        np.where(o_len == 1, count_o / (count_o + count_s + 0.5), 0.3),
        np.where((o_len == 1) & (count_o == 0), np.minimum(usual_o, 6.0), 0.0),
        np.where(single | (s_len > 0), np.log((count_s + 0.5) / (usual_s + 0.5)), 0.0),
        min(score, 20.0) / 10,
    )


def signs(told: Setting, gain: Floats) -> Floats:
    """A row of SIGNS for every row of the places."""
    found, options = told.found, told.found.options
    place, option = found.place, found.option
    form = found.form[place]
    gain = np.clip(gain, -CLIP, CLIP)
    prior = options.prior[option]
    weighed = gain + prior
    best = found.best(weighed)
    forms, at = np.unique(found.form, return_inverse=True)
    times = np.bincount(at)
    mean = (np.bincount(at, best) / times)[at][place]
    others = np.log(times[at][place])
    spun_length = np.diff(options.spun.start)[form]
    original_length = np.diff(options.original.start)[option]
    return np.column_stack(
        (
            gain,
            told.common,
            gain - told.common,
            prior,
            spun_length > 1,
            original_length > 1,
            *(options.channel[option] == CHANNELS.index(kind) for kind in ("t", "p", "name")),
            options.register[form],
            np.clip(np.where(gain > 3, options.said[form, 2], options.said[form, 1]) / 10, -1.0, 3.0),
            np.full(len(option), told.score),
            mean,
            mean * others,
            told.stays,
            told.absent,
            told.excess,
            weighed - _rest(weighed, found),
        )
    )


def more_signs(told: Setting, gain: Floats, first: Floats) -> Floats:
    """A row of MORE_SIGNS for every row: `first` are the log-odds that a first look gave the rows."""
    found = told.found
    place = found.place
    clipped = np.clip(first, -5.0, 5.0)
    times = np.bincount(told.pair)[told.pair]
    total = np.bincount(told.pair, clipped)[told.pair]
    others = (total - clipped) / np.maximum(times - 1, 1)
    wins = (first >= found.best(first)[place]) & (first > 0)
    agree = (np.bincount(told.pair, wins)[told.pair] - wins) / np.maximum(times - 1, 1)
    hit = found.best(first) > 0
    density = (hit.sum() + 1) / (len(hit) + 2)
    return np.column_stack(
        (
            signs(told, gain),
            clipped,
            others * (times > 1),
            others * np.log(times),
            agree * np.log(times),
            _kind(told, hit)[place],
            np.full(len(first), np.log(density)),
            np.clip(clipped - _rest(clipped, found), -CLIP, CLIP),
        )
    )


def _kind(told: Setting, hit: Ints) -> Floats:
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


def _sum(flat: Floats, lengths: Ints) -> Floats:
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return np.add.reduceat(flat, starts)


def _least(flat: Floats, lengths: Ints) -> Floats:
    """The smallest of each row: a phrase is as rare as its rarest word, at most."""
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    return np.minimum.reduceat(flat, starts)
