"""The optional native core: an extension in C (`native/`) that does some loops over whole documents.

The Python form of each is the specification, stands beside the call, and gives the same bytes. It is used
where the extension was not built, and where the environment variable CLEANER_PURE is set to anything but 0.
Whoever calls looks at `native.core` at each call, so that a test can set it to None.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol, cast

# Of the extension that this version can use: `INTERFACE` in native/module.c.
INTERFACE = 4

# An array that lies in one piece (numpy's, bytes): the item type is as documented for each argument.
Array = Any


class NativeCore(Protocol):
    """The functions of the extension. All raise ValueError for arrays whose sizes do not fit each other."""

    INTERFACE: int

    def context_rows(
        self,
        probability: Array,
        words: Array,
        mark_counts: Array,
        style_of_line: Array,
        style_size: Array,
        form_of_line: Array,
        form_size: Array,
        line_of_word: Array,
        word_length: Array,
        word_index: Array,
        uses: Array,
        log1p_uses: Array,
        rows: Array,
        transforms: Array,
    ) -> None:
        """The rows of `context_features` that differ by line, before their logarithms, into `rows`: float64.

        What logarithm each wants goes into `transforms` (uint8): 1 is log(1 + x), 2 `signed_log`.
        """

    def fill_ngram_slots(self, ngrams: Array, slots: Array) -> None:
        """Into `slots` (uint32, a power of two of them, twice the n-grams at least) a table for
        `known_ngrams` to look up `ngrams` (int64, distinct) by."""

    def find_phrases(
        self,
        codes: Array,
        classes: Array,
        line_bounds: Array,
        node_codes: Array,
        first_child: Array,
        phrase_of_node: Array,
        mode: int,
        max_chars: int,
        matches: Array,
    ) -> int:
        """Phrases in lines, into `matches`; returns how many there are, which may be more than fit.

        matches: int32, five a match: line, number of the phrase, start and end in the line, and whether it
        stands alone for sure.

        codes: uint32 by character of folded lines, a line break after each; classes, line_bounds: as in
        `CharacterClasses`; the next three: what `grow_phrases` makes; mode: `ANYWHERE`, `AT_START` (in
        the first `max_chars` characters, while no letter stands before) or `WHOLE_LINE` (of lines of up to so
        many, where all letters are in matches) of `phrases.py`.
        """

    def forest_contributions(
        self,
        rows: Array,
        feature: Array,
        threshold: Array,
        node_values: Array,
        group_of_feature: Array,
        n_trees: int,
        n_groups: int,
        step: int,
        totals: Array,
    ) -> None:
        """`Forest.contributions`, into `totals`: float64, groups x columns.

        rows: float32, features x columns; node_values: float32, trees x nodes, the leaves last;
        group_of_feature: int64; the rest as in `forest_log_odds`, IndexError too.
        """

    def forest_log_odds(
        self,
        rows: Array,
        n_features: int,
        feature: Array,
        threshold: Array,
        leaf: Array,
        base: float,
        result: Array,
    ) -> None:
        """`Forest.log_odds`, into `result`: float64 by line.

        rows: float32, features x lines; feature, threshold: int16 and float32, trees x inner nodes; leaf:
        float32, trees x leaves. IndexError for a feature that is not there.
        """

    def group_keys(self, keys: Array, index_of_each: Array, count: Array, first: Array) -> int:
        """`tokenize.unique_counts` of numbers of 64 bits, in the order in which they first occur, and where
        that is; returns how many distinct ones there are. The arrays for results are as long as `keys`."""

    def grow_phrases(self, codes: Array, node_codes: Array, first_child: Array, phrase_of_node: Array) -> int:
        """What `find_phrases` looks phrases up in: a tree, letter by letter; returns how many nodes it has.

        codes: uint32 by character, a line break after each phrase; phrases ascend, and a phrase's number is
        its place. By node, level by level: node_codes, uint32, the letter that leads to it; first_child,
        int32, and one more; phrase_of_node, int32, -1 where none ends.
        """

    def known_ngrams(self, codes: Array, is_upper: Array, ngrams: Array, slots: Array, found: Array) -> int:
        """`language._known_ngrams` of a text, into `found` (int64, three a character); returns how many.

        codes: uint32 by character; is_upper: uint8; slots: what `fill_ngram_slots` makes of `ngrams`.
        """

    def language_trial(
        self,
        ngrams: Array,
        choices: Array,
        place: int,
        weight: float,
        share_start: Array,
        language_numbers: Array,
        shares: Array,
        p_language: Array,
    ) -> int:
        """`language._quick_trial`, from `place` in the random numbers `choices` (uint32) on.

        Returns the place behind its last draw, or -1 where it is too close to say.

        ngrams: int64, indices in the profiles, whose arrays are as in `Profiles`; p_language: the result,
        float64.
        """

    def lookup_weights(self, keys: Array, hashes: Array, weights: Array, result: Array) -> None:
        """`text_features.lookup_weights`, into `result`: float32 by key."""

    def minhash(self, words: bytes, factors: Array, summands: Array) -> bytes:
        """`minhash.signature` without the digest: 16 bits a minimum, 64 a band.

        words: UTF-8, apart by one space each; factors, summands: uint32 by minimum.
        """

    def page_names(
        self,
        names: list[tuple[str, int, int, int, int]],
        asked: list[int],
        max_depth: int,
        max_path_steps: int,
        max_step_chars: int,
        seed: int,
        functions: tuple[Callable[..., object], ...],
    ) -> object:
        """What `read_page` needs to know of names: `native_page.py` says of what."""

    def read_page(
        self, raw: str, names: object, scripts: bool
    ) -> tuple[bytes, bytes, bytes, bytes, bytes, list[tuple[str, ...]], int]:
        """The blocks of a page, as arrays: `native_page.py` reads them.

        OverflowError for a page of more than `MAX_NATIVE_CHARS`.
        """

    def parse_lines(
        self,
        codes: Array,
        lower_codes: Array,
        class_table: Array,
        factors: Array,
        number_hash: int,
        name_hash: int,
        class_counts: Array,
        first_class: Array,
        last_class: Array,
        next_to_last_class: Array,
        mark_counts: Array,
        line_hash: Array,
        template_hash: Array,
        coarse_hash: Array,
        line_of_word: Array,
        word_hash: Array,
        word_length: Array,
        word_start: Array,
    ) -> int:
        """`tokenize.parse_lines`, into the arrays from `class_counts` on; returns the number of words.

        codes, lower_codes: uint32 by character, a line break after each line; class_table: uint8, 65,536;
        factors: uint64, 64. The arrays by line are zeros, those by word as long as there are characters;
        types as in `ParsedLines`.
        """

    def text_rows(
        self,
        class_counts: Array,
        first_class: Array,
        last_class: Array,
        next_to_last_class: Array,
        mark_counts: Array,
        line_hash: Array,
        group_of_line: Array,
        group_size: Array,
        template_of_line: Array,
        template_size: Array,
        form_of_line: Array,
        form_size: Array,
        line_weight: Array,
        line_of_word: Array,
        word_length: Array,
        word_start: Array,
        word_index: Array,
        first_use: Array,
        uses: Array,
        word_weight: Array,
        log_uses: Array,
        by_line: Array,
        rows: Array,
        transforms: Array,
    ) -> None:
        """The rows of `text_features` that differ by line, before their logarithms; see `context_rows`.

        Into `by_line`, float64, come by line: words, words of prose, `ends_sentence`, unspaced and uncased
        words, weight of the lexicon. Logarithms are numpy's: their last digit depends on who computes them.
        """


# Set to anything but 0, the Python form is used.
FORM_VARIABLE = "CLEANER_PURE"


def loaded_core() -> NativeCore | None:
    """The extension, if there is one of this version's interface and CLEANER_PURE does not forbid it."""
    if os.environ.get(FORM_VARIABLE, "0") not in ("", "0"):
        return None
    try:
        core = import_module("cleaner._native")
    except ImportError:
        return None
    # one that was built in a working tree before the sources changed
    return cast(NativeCore, core) if getattr(core, "INTERFACE", None) == INTERFACE else None


core = loaded_core()


def form() -> str:
    """Which form this process uses: `native` or `pure`."""
    return "pure" if core is None else "native"
