"""Fits the lexicon: how often a word, or a short line, occurs in boilerplate, one vote a site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaner.model.text_features import SHORT_LINE_WORDS, Lexicon
from cleaner.model.tokenize import Hashes, parse_lines
from training.examples import Example

MIN_WORD_SITES = 8  # with fewer, a name in a single menu would count as boilerplate
MIN_LINE_SITES = 4
SMOOTHING_VOTES = 1.0  # votes added to both sides
MAX_NATS = 4.0
# The variants of documents that have a vote; those made from them only repeat their words.
VOTING_VARIANTS = ("bs4", "html_text", "inscriptis", "resiliparse", "html")


@dataclass(frozen=True, slots=True)
class SiteVotes:
    """One site's votes: for each key the share of its lines that are boilerplate, main content."""

    keys: Hashes
    boilerplate_share: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Poll:
    """All sites' votes for the keys that enough of them hold."""

    keys: Hashes
    boilerplate_votes: NDArray[np.float64]
    content_votes: NDArray[np.float64]
    by_site: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]

    def log_odds(self, without: str | None = None) -> NDArray[np.float32]:
        """Log-odds (nats) for boilerplate; the votes of the site `without` are left out, so that a fit does
        not read a site's own labels in its features."""
        boilerplate_votes, content_votes = self.boilerplate_votes.copy(), self.content_votes.copy()
        if without in self.by_site:
            at, vote = self.by_site[without]
            boilerplate_votes[at] -= vote
            content_votes[at] -= 1 - vote
        return np.clip(
            np.log((boilerplate_votes + SMOOTHING_VOTES) / (content_votes + SMOOTHING_VOTES)),
            -MAX_NATS,
            MAX_NATS,
        ).astype(np.float32)


def _site_votes(keys: list[Hashes], boilerplate_share: list[NDArray[np.float64]]) -> SiteVotes:
    key, key_index, count = np.unique(np.concatenate(keys), return_inverse=True, return_counts=True)
    return SiteVotes(
        key, np.bincount(key_index, weights=np.concatenate(boilerplate_share), minlength=len(key)) / count
    )


def _poll_sites(votes: dict[str, SiteVotes], min_sites: int) -> Poll:
    all_keys = np.concatenate([v.keys for v in votes.values()])
    key, count = np.unique(all_keys, return_counts=True)
    key = key[count >= min_sites]
    boilerplate_votes, content_votes = np.zeros(len(key)), np.zeros(len(key))
    by_site = {}
    for site, vote in votes.items():
        at = np.minimum(np.searchsorted(key, vote.keys), len(key) - 1)
        is_known = key[at] == vote.keys
        by_site[site] = (at[is_known], vote.boilerplate_share[is_known])
        boilerplate_votes[at[is_known]] += vote.boilerplate_share[is_known]
        content_votes[at[is_known]] += 1 - vote.boilerplate_share[is_known]
    return Poll(key, boilerplate_votes, content_votes, by_site)


@dataclass(frozen=True, slots=True)
class Lexica:
    """The fitted lexicon, and what it would be without one site."""

    words: Poll
    lines: Poll

    def without(self, site: str | None) -> Lexicon:
        """The lexicon; with a site, as if that site had never been seen."""
        return Lexicon(self.words.keys, self.words.log_odds(site), self.lines.keys, self.lines.log_odds(site))


def gather_votes(
    examples: Sequence[Example],
) -> dict[str, list[tuple[Hashes, NDArray[np.float64], Hashes, NDArray[np.float64]]]]:
    """By site, the words and the short lines of each example with the share of boilerplate of their lines."""
    out: dict[str, list[tuple[Hashes, NDArray[np.float64], Hashes, NDArray[np.float64]]]] = {}
    for ex in examples:
        parsed = parse_lines(ex.lines)
        boilerplate_share = 1.0 - ex.share.astype(np.float64)
        is_clear = ~ex.doubtful
        pair, index = np.unique(
            np.stack([parsed.line_of_word.astype(np.uint64), parsed.word_hash]), axis=1, return_index=True
        )
        line_of = parsed.line_of_word[index]
        count = np.bincount(parsed.line_of_word, minlength=parsed.n_lines)
        is_short = (count <= SHORT_LINE_WORDS) & (count > 0) & is_clear
        out.setdefault(ex.site, []).append(
            (
                pair[1][is_clear[line_of]],
                boilerplate_share[line_of][is_clear[line_of]],
                parsed.template_hash[is_short],
                boilerplate_share[is_short],
            )
        )
    return out


def fit_lexica(
    votes_by_site: dict[str, list[tuple[Hashes, NDArray[np.float64], Hashes, NDArray[np.float64]]]],
    sites: Sequence[str],
) -> Lexica:
    """The lexica from the votes of these sites."""
    words, lines = {}, {}
    for site in sites:
        parts = votes_by_site[site]
        words[site] = _site_votes([p[0] for p in parts], [p[1] for p in parts])
        lines[site] = _site_votes([p[2] for p in parts], [p[3] for p in parts])
    return Lexica(_poll_sites(words, MIN_WORD_SITES), _poll_sites(lines, MIN_LINE_SITES))
