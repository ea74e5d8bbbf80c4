"""The native core gives the bytes of the Python form, whatever it is given."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TypeVar
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from cleaner import clean, native
from cleaner.analysis.characters import CharacterClasses
from cleaner.analysis.normalize import fold
from cleaner.analysis.phrases import PhraseEntry, Phrases, builtin_phrases
from cleaner.corpus.minhash import signature
from cleaner.json_lines import dumps
from cleaner.language import _known_ngrams, detect_language
from cleaner.model.classifier import builtin_model
from cleaner.model.context_features import context_features
from cleaner.model.forest import Forest
from cleaner.model.text_features import text_features
from cleaner.model.tokenize import ParsedLines, char_class_table, parse_lines
from cleaner.output.record import to_record
from tests.documents import group

Result = TypeVar("Result")
needs_core = pytest.mark.skipif(
    native.core is None, reason="the native core is not built, or CLEANER_PURE set"
)
# Words, numbers, scripts without spaces, marks, controls, lone surrogates, characters beyond the first plane.
TEXT = st.text(
    st.one_of(st.sampled_from("aB1 .,:-/@$€'“”\n\t\x00中ไกÉſİ𝐀😀\ud800\udfff\xa0"), st.characters())
)


def in_both_forms(work: Callable[[], Result]) -> tuple[Result, Result]:
    """What the native core gives, and what the Python form gives."""
    assert native.core is not None
    with mock.patch.object(native, "core", None):
        pure = work()
    return work(), pure


def same_arrays(one: NDArray[np.generic], other: NDArray[np.generic]) -> bool:
    """Equal in type, shape and every bit."""
    return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


def test_the_form_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANER_PURE", "1")
    assert native.loaded_core() is None
    monkeypatch.setattr(native, "core", None)
    assert native.form() == "pure"


@needs_core
def test_an_extension_of_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert native.form() == "native" and native.loaded_core() is native.core
    monkeypatch.setattr(native.core, "INTERFACE", 0)
    assert native.loaded_core() is None


def random_forest(rng: np.random.Generator, depth: int, trees: int, n_features: int) -> Forest:
    nodes = 2**depth - 1
    return Forest(
        rng.integers(0, n_features, (trees, nodes)).astype(np.int16),
        rng.choice([-1, -0.5, 0, 0.5, 1, np.inf], (trees, nodes)).astype(np.float32),
        rng.normal(size=(trees, nodes + 1)).astype(np.float32),
        rng.normal(size=(trees, nodes)).astype(np.float32),
        float(rng.normal()),
    )


@needs_core
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 9), st.integers(1, 5), st.integers(0, 40))
def test_a_forest_says_the_same(seed: int, depth: int, trees: int, n_features: int, n_lines: int) -> None:
    rng = np.random.default_rng(seed)
    forest = random_forest(rng, depth, trees, n_features)
    rows = rng.choice([-1, -0.5, 0, 0.5, 1, 1e30, np.nan, -np.inf], (n_features, n_lines)).astype(np.float32)
    assert same_arrays(*in_both_forms(lambda: forest.log_odds(rows)))
    assert same_arrays(*in_both_forms(lambda: forest.log_odds(rows[:, ::2])))
    groups = rng.integers(0, 3, n_features)
    assert same_arrays(*in_both_forms(lambda: forest.contributions(rows, groups, 3)))
    assert same_arrays(*in_both_forms(lambda: forest.contributions(rows[:, ::2], groups, 3, 2)))


@needs_core
@pytest.mark.parametrize("n_lines", [1, 7, 33, 513])
def test_the_shipped_forests_say_the_same(n_lines: int) -> None:
    stages = builtin_model().stages_by_kind["html"]
    rows = np.random.default_rng(1).normal(0, 3, (len(stages.feature_names), n_lines)).astype(np.float32)
    assert same_arrays(*in_both_forms(lambda: stages.second_forest.log_odds(rows)))


@needs_core
@pytest.mark.parametrize("feature", [-1, 4])
def test_a_forest_does_not_read_features_that_are_not_there(feature: int) -> None:
    forest = random_forest(np.random.default_rng(1), 3, 2, 4)
    forest.feature[1, 5] = feature
    with pytest.raises(IndexError):
        forest.log_odds(np.zeros((4, 2), np.float32))


def assert_same_parse(lines: list[str]) -> None:
    one, other = in_both_forms(lambda: parse_lines(lines))
    assert one.n_lines == other.n_lines
    for field in fields(ParsedLines)[1:]:
        assert same_arrays(getattr(one, field.name), getattr(other, field.name)), field.name


@needs_core
@settings(max_examples=150, deadline=None)
@given(st.lists(TEXT, max_size=6))
@example([])
@example([""])
@example(["", "", "x"])
@example(["In 1999 and 2024, not 19990", "7:30 3/12 3-12 a.b x@y $5 5%5", "“Yes.” (No.) 中文。ไทย"])
@example(["a" * 200, " ".join(f"word{i}" for i in range(200))])
def test_lines_are_parsed_to_the_same_arrays(lines: list[str]) -> None:
    assert_same_parse(lines)


def assert_same_features(lines: list[str], seed: int = 0) -> None:
    lexicon = builtin_model().lexicon
    one, other = in_both_forms(lambda: text_features(lines, lexicon))
    assert one[1] == other[1] and same_arrays(one[2], other[2])
    for name, row, other_row in zip(one[1], one[0], other[0], strict=True):
        assert same_arrays(row, other_row), name
    p = (
        np.random.default_rng(seed)
        .choice([0.0, 0.01, 0.11, 0.2, 0.5, 0.9, 1.0], len(one[2]))
        .astype(np.float32)
    )
    one_context, other_context = in_both_forms(lambda: context_features(p, one[2], parse_lines(lines)))
    assert one_context[1] == other_context[1]
    for name, row, other_row in zip(*one_context[::-1], other_context[0], strict=True):
        assert same_arrays(row, other_row), name


@needs_core
@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, max_size=12), st.integers(0, 9))
@example([], 0)
@example([""], 1)
@example(["", "a", "", "a"], 2)
def test_features_of_lines_are_the_same(lines: list[str], seed: int) -> None:
    assert_same_features(lines, seed)


@needs_core
def test_features_of_texts_are_the_same() -> None:
    seeds = Path(__file__).parent.parent / "seeds"
    for path in sorted(seeds.glob("*.txt")):
        assert_same_features(path.read_text("utf-8").splitlines())
    # of a long document, with numbers that no float holds exactly
    rng = np.random.default_rng(5)
    words = (
        "Share a story of the 中文 day. ไทย Read more - 12:30 | “Yes.” 2019 ADVERTISEMENT €5 Jones, b".split()
    )
    lines = [" ".join(rng.choice(words, rng.integers(0, 30))) for _ in range(3000)]
    assert_same_features(lines)


@needs_core
@pytest.mark.parametrize("name", ["seeds", "pages"])
def test_full_records_are_the_same(name: str) -> None:
    for sample in group(name):
        one, other = in_both_forms(lambda sample=sample: to_record(clean(sample.raw), "", "full"))  # type: ignore[misc]
        assert dumps(one) == dumps(other), sample.title


def test_the_variable_chooses_the_python_form() -> None:
    command = [sys.executable, "-c", "from cleaner.native import form; print(form())"]
    environment = {**os.environ, "CLEANER_PURE": "1"}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert said == "pure\n"


@needs_core
def test_arrays_that_do_not_fit_are_refused() -> None:
    core = native.core
    assert core is not None
    rows, leaf, out = np.zeros((2, 3), np.float32), np.zeros((1, 4), np.float32), np.zeros(3)
    feature, threshold = np.zeros((1, 3), np.int16), np.zeros((1, 3), np.float32)
    core.forest_log_odds(rows, 2, feature, threshold, leaf, 0.0, out)
    for arguments in (
        (rows[:, :2], 2, feature, threshold, leaf, 0.0, out),  # not in one piece
        (rows, 3, feature, threshold, leaf, 0.0, out),
        (rows, -1, feature, threshold, leaf, 0.0, out),
        (rows, 2, feature, threshold[:, :2].copy(), leaf, 0.0, out),
        (rows, 2, feature, threshold, leaf[:, :3].copy(), 0.0, out),
        (rows, 2, feature, threshold, leaf, 0.0, out.view(np.uint8)[1:]),
    ):
        with pytest.raises((ValueError, BufferError)):
            core.forest_log_odds(*arguments)
    with pytest.raises(ValueError):
        core.minhash(b"a", np.zeros(7, np.uint32), np.zeros(7, np.uint32))
    with pytest.raises(ValueError):
        core.minhash(b"a", np.zeros(8, np.uint32), np.zeros(16, np.uint32))
    ngrams, shares, result = np.zeros(3, np.int64), (np.zeros(4, np.int64), b"", np.zeros(0)), np.zeros(55)
    with pytest.raises(ValueError, match="slots"):
        core.fill_ngram_slots(ngrams, np.zeros(4, np.uint32))
    with pytest.raises(ValueError, match="found"):
        core.known_ngrams(np.zeros(2, np.uint32), b"\0\0", ngrams, np.zeros(8, np.uint32), np.zeros(5))
    with pytest.raises(ValueError, match="languages"):
        core.language_trial(ngrams, np.zeros(9, np.uint32), 0, 0.5, *shares, np.zeros(0))
    assert core.language_trial(ngrams + 3, np.zeros(9, np.uint32), 0, 0.5, *shares, result) == -1
    tree = np.zeros(4, np.uint32), np.zeros(5, np.int32), np.zeros(4, np.int32)
    for text in ("b", "b\na\n", "abcd\n"):
        with pytest.raises(ValueError):
            core.grow_phrases(text.encode("utf-32-le"), *tree)
    assert core.grow_phrases("a\nab\n".encode("utf-32-le"), *tree) == 3
    tree = tree[0][:3].copy(), tree[1][:4].copy(), tree[2][:3].copy()
    found, bounds = np.zeros((9, 5), np.int32), np.array([0, 2, 5])
    line = "a\nab\n".encode("utf-32-le"), bytes(5), bounds, *tree
    assert core.find_phrases(*line, 0, 0, found) == 3
    with pytest.raises(ValueError, match="bounds"):
        core.find_phrases(*line[:2], bounds[::-1].copy(), *tree, 0, 0, found)
    with pytest.raises(ValueError, match="tree"):
        core.find_phrases(*line[:4], tree[1] + 1, tree[2], 0, 0, found)
    with pytest.raises(ValueError, match="table"):  # of 40 classes
        parse_lines(["a"], np.full_like(char_class_table(), 39))


@needs_core
@settings(max_examples=100, deadline=None)
@given(
    TEXT, st.sampled_from(["", "The Tide rose ", "Der Kran fiel um. ", "ПРИЛИВ и отлив ", "Thủy triều lên "])
)
@example(" ", "a b  c ")
def test_the_language_is_the_same(text: str, more: str) -> None:
    for document in (text + more * 6, (more + text) * 9):
        one, other = in_both_forms(partial(detect_language, document))
        assert one == other
        assert same_arrays(*in_both_forms(partial(_known_ngrams, document)))


def phrase_hits(phrases: Phrases, lines: list[str]) -> dict[str, list[object]]:
    found = phrases.find(lines, [fold(line) for line in lines], CharacterClasses(lines))
    return {code: [*hits] for code, hits in found.items()}


PHRASES = [
    *(
        PhraseEntry("a", mode, "xx", text)
        for mode in ("line", "start")
        for text in ("b", "ab c", "» 中", "ba")
    ),
    *(PhraseEntry("b", mode, "xx", text) for mode in ("has", "end", "span") for text in ("b1", "c", "ab ab")),
    PhraseEntry("b", "line", "xx", "c"),
]


@needs_core
@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("abABc 1 中ก์.»-\xa0"), max_size=5))
@example([])
@example(["b c", "ab c b", "bB1 c", "c", "B"])
@example(["c " * 300, "ab ab " * 40])
def test_phrases_are_the_same(lines: list[str]) -> None:
    one, other = in_both_forms(lambda: phrase_hits(Phrases(PHRASES), lines))
    assert one == other


@needs_core
def test_the_shipped_phrases_are_the_same() -> None:
    lines = [
        "Share Tweet",
        "ShareTweet",
        "Read more: The tide",
        "© 2024",
        "12 Comments",
        "分享",
        "» Home » News",
    ]
    one, other = in_both_forms(lambda: phrase_hits(builtin_phrases(), lines))
    assert one == other and len(one) > 3


@needs_core
@settings(max_examples=100, deadline=None)
@given(TEXT)
@example("")
@example("one two three four")
@example(" ".join(f"word{i % 700}" for i in range(9000)))
def test_signatures_are_the_same(text: str) -> None:
    one, other = in_both_forms(lambda: signature(text))
    assert one == other
