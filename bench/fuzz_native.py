"""Looks for inputs on which the native core breaks, or differs from the Python form.

`python -m bench.fuzz_native --seconds 600` compiles it with the address and undefined-behaviour sanitizers
(gcc, setuptools) and gives both forms texts, pages and arrays: words of the seeds in any order, odd
characters, lone surrogates, hostile markup, arrays of sizes that do not fit. It prints its seed, and ends
with 1 at the first difference, or with the sanitizer's report where memory is touched that should not be.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.corpus import documents
from bench.hostile_markup import changed_page, hostile_page
from cleaner import native
from cleaner.analysis.characters import CharacterClasses
from cleaner.analysis.normalize import fold
from cleaner.analysis.phrases import builtin_phrases
from cleaner.corpus.minhash import signature
from cleaner.model.classifier import builtin_model
from cleaner.model.context_features import context_features
from cleaner.model.forest import Forest
from cleaner.model.text_features import text_features
from cleaner.model.tokenize import HASH_FACTORS, char_class_table, parse_lines
from cleaner.reading.page import block_collector
from cleaner.surrogates import replace_surrogates

ROOT = Path(__file__).parent.parent
EXTENSION_VARIABLE = "CLEANER_FUZZED_EXTENSION"
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g")
ODD_CHARACTERS = "aB1 .,:-/@$€'“”\t\x00\x0b\x85\u2028中ไกÉſİ𝐀😀\ud800\udfff\xa0|•"


# Pages are read faster than lines are looked at.
PAGES_A_ROUND = 10


class DifferenceError(Exception):
    """The two forms gave different results."""


@cache
def seed_words() -> tuple[str, ...]:
    """The words of the seeds."""
    return tuple(
        word for path in sorted((ROOT / "seeds").glob("*.txt")) for word in path.read_text("utf-8").split()
    )


@cache
def whole_pages() -> tuple[str, ...]:
    """Made pages, each of a site of its own."""
    return tuple(documents(20, "html"))


@cache
def row_counts() -> tuple[int, int]:
    """How many rows of features of the text and of the context the core computes."""
    text_names = text_features(["x"])[1]
    context_names = context_features(np.ones(1, np.float32), np.ones(1), parse_lines(["x"]))[1]
    return text_names.index("words in shorter lines"), context_names.index("content share")


def random_line(rng: random.Random) -> str:
    """A line: words of the seeds, odd characters, or any; now and then very long."""
    size = rng.choice((0, 1, 2, 5, 12, 40, 40, 300))
    roll = rng.random()
    if roll < 0.6:
        return " ".join(rng.choices(seed_words(), k=size))
    if roll < 0.85:
        return "".join(rng.choices(ODD_CHARACTERS, k=size))
    return "".join(chr(rng.randrange(0x110000)) for _ in range(size))


def random_lines(rng: random.Random) -> list[str]:
    """The lines of a document, some of them the same."""
    lines = [random_line(rng) for _ in range(rng.choice((0, 1, 2, 3, 10, 60)))]
    return lines + rng.choices(lines, k=rng.randrange(5)) if lines else lines


def same(work: Callable[[], list[object]], given: object) -> None:
    """Raises DifferenceError unless both forms give the same values, arrays to the last bit."""
    core = native.core
    found = work()
    native.core = None
    try:
        expected = work()
    finally:
        native.core = core
    for one, other in zip(found, expected, strict=True):
        if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
            if (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes()):
                continue
        elif one == other:
            continue
        raise DifferenceError(f"of {given!r}: {one!r}, not {other!r}")


def fuzz_lines(rng: random.Random) -> None:
    """Words, features and context of a document's lines, and its signature."""
    lines = random_lines(rng)
    lexicon, table = builtin_model().lexicon, builtin_model().char_class_table

    def parsed() -> list[object]:
        one = parse_lines(lines, table)
        return [getattr(one, name) for name in one.__dataclass_fields__]

    same(parsed, lines)
    same(lambda: [*text_features(lines, lexicon, parsed=parse_lines(lines, table))], lines)
    one = parse_lines(lines, table)
    p = np.array([rng.choice((0.0, 0.05, 0.11, 0.3, 0.7, 1.0)) for _ in range(one.n_lines)], np.float32)
    words = text_features(lines, lexicon, parsed=one)[2]
    same(lambda: [*context_features(p, words, parse_lines(lines, table))], lines)
    same(lambda: [signature(" ".join(lines))], lines)
    texts = [replace_surrogates(line) for line in lines]
    folded, classes = [*map(fold, texts)], CharacterClasses(texts)
    same(lambda: [builtin_phrases().find(texts, folded, classes)], texts)


def fuzz_forest(rng: random.Random) -> None:
    """A forest of any shape over rows of any numbers."""
    numbers = np.random.default_rng(rng.randrange(2**32))
    depth, trees, n_features = rng.randrange(1, 8), rng.randrange(1, 20), rng.randrange(1, 40)
    shape = (trees, 2**depth - 1)
    forest = Forest(
        numbers.integers(0, n_features, shape).astype(np.int16),
        numbers.normal(size=shape).astype(np.float32),
        numbers.normal(size=(trees, 2**depth)).astype(np.float32),
        np.zeros(shape, np.float32),
        rng.random(),
    )
    rows = numbers.normal(size=(n_features, rng.randrange(70))).astype(np.float32)
    rows[numbers.random(rows.shape) < 0.05] = rng.choice((np.nan, np.inf, -np.inf, 0.0))
    same(lambda: [forest.log_odds(rows)], (depth, trees, n_features))
    groups, step = numbers.integers(0, 4, n_features), rng.randrange(1, 4)
    same(lambda: [forest.contributions(rows, groups, 4, step)], (depth, trees, n_features, step))


def fuzz_sizes(rng: random.Random) -> None:
    """Arrays of any sizes and any bytes: refused, or computed without a step beyond them."""
    core = native.core
    assert core is not None
    numbers = np.random.default_rng(rng.randrange(2**32))

    def array(*item_bytes: int) -> NDArray[np.uint8]:
        size = rng.choice((0, 1, 1, 2, 3, 5, 17, 64)) * rng.choice(item_bytes) + rng.choice((0, 0, 0, 0, 1))
        high = rng.choice((1, 2, 4, 256))
        return numbers.integers(0, high, size).astype(np.uint8)

    n, words, distinct = rng.randrange(1, 5), rng.randrange(4), rng.randrange(1, 4)

    def whole(count: int, high: int, dtype: type = np.int64) -> NDArray[np.generic]:
        count = count if rng.random() < 0.97 else rng.randrange(9)
        return np.sort(numbers.integers(-(rng.random() < 0.03), max(high, 1), count)).astype(dtype)

    groups = [part for _ in range(3) for part in (whole(n, n), whole(n, 9))]
    style_and_form = groups[:4]
    by_word = [whole(words, n), whole(words, 30)]
    vocabulary = [whole(words, distinct), whole(distinct, words), whole(distinct, 9)]
    n_text_rows, n_context_rows = (right + rng.choice((0, 0, 0, -1, 1)) for right in row_counts())
    calls: tuple[tuple[Callable[..., object], tuple[object, ...]], ...] = (
        (core.forest_log_odds, (array(4), rng.randrange(-2, 9), array(2), array(4), array(4), 0.5, array(8))),
        (
            core.forest_contributions,
            (*map(array, (4, 2, 4, 4, 8)), *(rng.randrange(-1, 5) for _ in range(3)), array(8)),
        ),
        (core.minhash, (array(1).tobytes(), array(4), array(4))),
        (core.fill_ngram_slots, (array(8), array(4))),
        (core.grow_phrases, tuple(array(4) for _ in range(4))),
        (
            core.find_phrases,
            (
                array(4),
                array(1),
                whole(n + 1, 9),
                *(array(4) for _ in range(3)),
                rng.randrange(4),
                9,
                array(4),
            ),
        ),
        (core.known_ngrams, (array(4), array(1), array(8), array(4), array(8, 24))),
        (
            core.language_trial,
            (array(8), array(4), rng.randrange(-1, 9), 0.5, array(8), array(1), array(8), array(8)),
        ),
        (core.group_keys, (array(8), *(array(8) for _ in range(3)))),
        (core.lookup_weights, (array(8), array(8), array(4), array(4))),
        (
            core.parse_lines,
            (array(4), array(4), char_class_table(), HASH_FACTORS, 1, 2, *(array(1, 8) for _ in range(12))),
        ),
        (
            core.text_rows,
            (
                whole(n * 17, 5),
                *(whole(n, 20, np.uint8) for _ in range(3)),
                whole(n * 6, 3),
                whole(n, 3),
                *groups,
                np.zeros(n, np.float32),
                *by_word,
                whole(words, 6, np.uint8),
                *vocabulary,
                np.zeros(distinct, np.float32),
                np.zeros(distinct),
                np.zeros((6, n)),
                np.zeros((n_text_rows, n)),
                np.zeros(n_text_rows, np.uint8),
            ),
        ),
        (
            core.context_rows,
            (
                numbers.random(n),
                numbers.random(n) * 20,
                whole(n * 6, 3),
                *style_and_form,
                *by_word,
                vocabulary[0],
                vocabulary[2],
                np.ones(distinct),
                np.zeros((n_context_rows, n)),
                np.zeros(n_context_rows, np.uint8),
            ),
        ),
    )
    for function, arguments in calls:
        try:
            function(*arguments)
        except (ValueError, IndexError):
            continue


def fuzz_pages(rng: random.Random) -> None:
    """Pages of hostile markup, and parts of whole ones with markup put in."""
    for page in (
        *(hostile_page(rng) for _ in range(PAGES_A_ROUND)),
        changed_page(rng, rng.choice(whole_pages())),
    ):
        for scripts in (True, False):
            same(partial(read_by_either_form, page, scripts), page)


def read_by_either_form(page: str, scripts: bool) -> list[object]:
    """All that the reader of a page says."""
    reader = block_collector(page, scripts)
    reader.run()
    return [reader.blocks, vars(reader.head.build()), reader.noscript_chars, reader.scripts]


# What is given to the core; a new part of it adds a function.
TARGETS: tuple[Callable[[random.Random], None], ...] = (
    fuzz_lines,
    fuzz_forest,
    fuzz_sizes,
    fuzz_pages,
)


def fuzz(seconds: float, seed: int) -> int:
    """Runs the targets by turns for some time; returns how often."""
    rng, rounds, end = random.Random(seed), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for target in TARGETS:
            target(rng)
        rounds += 1
    return rounds


def run_sanitized(arguments: list[str]) -> int:
    """Compiles the core with sanitizers and runs this command with it; returns its exit code."""
    spec = importlib.util.spec_from_file_location("hook", ROOT / "native" / "hook.py")
    assert spec is not None and spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    with tempfile.TemporaryDirectory() as folder:
        extension = hook.built_extension(Path(folder), SANITIZERS)
        compiler = os.environ.get("CC", "cc").split()
        # Python itself is not sanitized: the library must be there before the extension is
        library = subprocess.run(
            [*compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
        ).stdout.strip()
        # its own allocator would hide what is read beyond a small allocation
        settings = {EXTENSION_VARIABLE: str(extension), "LD_PRELOAD": library, "PYTHONMALLOC": "malloc"}
        # what Python keeps until its end is no leak
        settings |= {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
        command = [sys.executable, "-m", "bench.fuzz_native", *arguments]
        return subprocess.run(command, env=os.environ | settings, cwd=ROOT, check=False).returncode


def use_extension(path: str) -> None:
    """Make an extension the native core of this process."""
    spec = importlib.util.spec_from_file_location("cleaner._native", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["cleaner._native"] = module
    native.core = native.loaded_core()


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="python -m bench.fuzz_native", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="of what is given")
    args = parser.parse_args(arguments)
    if EXTENSION_VARIABLE not in os.environ:
        return run_sanitized([f"--seconds={args.seconds}", f"--seed={args.seed}"])
    use_extension(os.environ[EXTENSION_VARIABLE])
    if native.core is None:
        print("the extension is not of this version, or CLEANER_PURE is set", file=sys.stderr)
        return 1
    print(f"seed {args.seed}", flush=True)
    try:
        print(f"{fuzz(args.seconds, args.seed)} rounds without a difference")
    except DifferenceError as error:
        print(str(error)[:2000])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
