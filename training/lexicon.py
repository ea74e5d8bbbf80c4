"""How often a word stands in boilerplate, one vote a site: what the model knows of words, fitted, not
written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.model.text_features import SHORT, Lexicon
from cleaner.model.tokenize import Hashes, parse
from training.examples import Example

WORD_SITES = 8  # fewer sites and a name becomes boilerplate for being in one menu
LINE_SITES = 4
DOUBT = 1.0  # votes added to both sides
CAP = 4.0
# how the documents are read that have a vote; those made from them only repeat their words
POLLED = ("bs4", "html_text", "inscriptis", "resiliparse", "html")


@dataclass(frozen=True, slots=True)
class Votes:
    """One site's votes: for each key the share of its lines that are boilerplate, main content."""

    key: Hashes
    junk: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Poll:
    """All sites' votes for the keys that enough of them hold."""

    key: Hashes
    junk: NDArray[np.float64]
    body: NDArray[np.float64]
    by_site: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]

    def weight(self, without: str | None = None) -> NDArray[np.float32]:
        """Nats for boilerplate; `without` leaves a site's own votes out, so that it cannot learn
        itself by heart."""
        junk, body = self.junk.copy(), self.body.copy()
        if without in self.by_site:
            at, vote = self.by_site[without]
            junk[at] -= vote
            body[at] -= 1 - vote
        return np.clip(np.log((junk + DOUBT) / (body + DOUBT)), -CAP, CAP).astype(np.float32)


def _votes(keys: list[Hashes], junk: list[NDArray[np.float64]]) -> Votes:
    key, back, count = np.unique(np.concatenate(keys), return_inverse=True, return_counts=True)
    return Votes(key, np.bincount(back, weights=np.concatenate(junk), minlength=len(key)) / count)


def _poll(votes: dict[str, Votes], least: int) -> Poll:
    everything = np.concatenate([v.key for v in votes.values()])
    key, count = np.unique(everything, return_counts=True)
    key = key[count >= least]
    junk, body = np.zeros(len(key)), np.zeros(len(key))
    by_site = {}
    for site, vote in votes.items():
        at = np.minimum(np.searchsorted(key, vote.key), len(key) - 1)
        has = key[at] == vote.key
        by_site[site] = (at[has], vote.junk[has])
        junk[at[has]] += vote.junk[has]
        body[at[has]] += 1 - vote.junk[has]
    return Poll(key, junk, body, by_site)


@dataclass(frozen=True, slots=True)
class Lexica:
    """The fitted lexicon, and what it would be without one site."""

    words: Poll
    lines: Poll

    def without(self, site: str | None) -> Lexicon:
        """The lexicon; with a site, as if that site had never been seen."""
        return Lexicon(self.words.key, self.words.weight(site), self.lines.key, self.lines.weight(site))


def gather(
    examples: Sequence[Example],
) -> dict[str, list[tuple[Hashes, NDArray[np.float64], Hashes, NDArray[np.float64]]]]:
    """By site, the words and the short lines of each example with what they are."""
    out: dict[str, list[tuple[Hashes, NDArray[np.float64], Hashes, NDArray[np.float64]]]] = {}
    for ex in examples:
        seen = parse(ex.lines)
        junk = 1.0 - ex.share.astype(np.float64)
        sure = ~ex.doubtful
        pair, index = np.unique(np.stack([seen.of.astype(np.uint64), seen.key]), axis=1, return_index=True)
        of = seen.of[index]
        count = np.bincount(seen.of, minlength=seen.n)
        short = (count <= SHORT) & (count > 0) & sure
        out.setdefault(ex.site, []).append(
            (pair[1][sure[of]], junk[of][sure[of]], seen.shape_key[short], junk[short])
        )
    return out


def fit(
    gathered: dict[str, list[tuple[Hashes, NDArray[np.float64], Hashes, NDArray[np.float64]]]],
    sites: Sequence[str],
) -> Lexica:
    """Poll the sites."""
    words, lines = {}, {}
    for site in sites:
        parts = gathered[site]
        words[site] = _votes([p[0] for p in parts], [p[1] for p in parts])
        lines[site] = _votes([p[2] for p in parts], [p[3] for p in parts])
    return Lexica(_poll(words, WORD_SITES), _poll(lines, LINE_SITES))
