"""Reads the lexicon people edit and expands it: every form a spinner writes, with what it stands for.

A row is `original <tab> class <tab> spun|spun|...`: class v, n or x says how both sides bend (x: not at all).
Words that both sides share are the context a pair needs: `the judge -> the decide` swaps judge only behind
`the`. A trailing `?` marks natural words, weak evidence by themselves; the order is how usual each swap is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cleaner.garble.tokenize import split
from training.garble.inflect import forms

HERE = Path(__file__).parent
WEAK = 0.3  # a natural word is taken for a swap a third as often: a guess, like all priors here
CORE = 3.0  # a swap of the heart of the dictionary, as often more: every news spinner has it
CHANNELS = {"core": "n", "news": "n", "thesaurus": "t"}


class Pair(NamedTuple):
    """One expanded substitution; `channel` n news manner, t thesaurus, p tortured phrase."""

    spun: str
    original: str
    prior: float
    channel: str


def tokens(phrase: str) -> str:
    """As the text is split, so that `it's` is two words on both sides."""
    return " ".join("a" if t == "an" else t for t in split(phrase).tokens)


def rows(folder: Path = HERE / "lexicon") -> Iterator[tuple[str, str, str, list[str]]]:
    """Kind of file, original, class and spun forms of every row."""
    for path in sorted(folder.glob("*.tsv")):
        kind = path.stem.split("-")[0]
        if kind not in CHANNELS:
            raise ValueError(f"{path.name}: begins with none of {', '.join(CHANNELS)}")
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) != 3 or cells[1] not in "vnx":
                raise ValueError(f"{path.name}:{number}: want original, class (v, n, x) and spun forms")
            yield kind, cells[0], cells[1], cells[2].split("|")


def base_pairs(folder: Path = HERE / "lexicon") -> list[tuple[str, str, str, str]]:
    """Channel, class, original, spun as written, identities left out: what `how many pairs` counts."""
    return sorted(
        {
            (CHANNELS[kind], cls, original, spun.rstrip("?"))
            for kind, original, cls, spuns in rows(folder)
            for spun in spuns
            if spun.rstrip("?") != original and "{" not in spun
        }
    )


def expand(folder: Path = HERE / "lexicon") -> dict[tuple[str, str], Pair]:
    """All forms; where two rows give the same pair, the likelier one stays."""
    best: dict[tuple[str, str], Pair] = {}
    for kind, original, cls, spuns in rows(folder):
        share = 1.0 / sum(1 / k for k in range(1, len(spuns) + 1))
        for rank, spun in enumerate(spuns, 1):
            if "{" in spun:
                continue
            prior = share / rank * (WEAK if spun.endswith("?") else CORE if kind == "core" else 1.0)
            if any(mark in original + spun for mark in CONTRACTED):
                continue
            for old, new in zip(forms(original, cls), forms(spun.rstrip("?"), cls), strict=True):
                old, new = tokens(old), tokens(new)
                key = (new, old)
                if old != new and not spelling(old, new) and (key not in best or best[key].prior < prior):
                    best[key] = Pair(new, old, round(prior, 3), CHANNELS[kind])
    return best


def tortured(path: Path) -> Iterator[Pair]:
    """The tortured phrases of two to four words, where both sides have words; each a fixed phrase."""
    for row in json.loads(path.read_text())["phrases"]:
        spun, original = row["tortured"].lower(), row["correct"].lower().split("(")[0].strip()
        if original and 2 <= len(spun.split()) <= 4 and len(original.split()) <= 4 and original.isascii():
            if "/" in original or "?" in original or tokens(spun) == tokens(original):
                continue
            yield Pair(tokens(spun), tokens(original), 1.0, "p")


# `isn't` for `is not` is a matter of style in every text: no evidence, and not worth undoing.
CONTRACTED = ("n't", "'s", "'re", "'ve", "'ll", "'m", "'d")
SPELLINGS = (
    ("our", "or"),
    ("ise", "ize"),
    ("isa", "iza"),
    ("ising", "izing"),
    ("nce", "nse"),
    ("tre", "ter"),
    ("ogue", "og"),
    ("ller", "ler"),
    ("lling", "ling"),
    ("lled", "led"),
)


def spelling(one: str, other: str) -> bool:
    """Whether two words differ by British and American spelling only: no spinner's doing that can be told."""
    return any(one.replace(a, b) == other or other.replace(a, b) == one for a, b in SPELLINGS)


def names() -> list[str]:
    """Names as printed, longest first."""
    lines = (HERE / "names.txt").read_text().splitlines()
    return sorted({n for n in lines if n and not n.startswith("#") and " " in n}, key=lambda n: (-len(n), n))


def name_words() -> list[tuple[str, str]]:
    """(spun, original) of single words inside names; the spun side may be two words."""
    rows = (line.split("\t") for line in (HERE / "name-words.tsv").read_text().splitlines() if line[0] != "#")
    return [(tokens(spun), tokens(word)) for word, spuns in rows for spun in spuns.split("|") if spun != word]


def registers() -> set[str]:
    """Every form of the words that careful or old-fashioned English writes of its own accord."""
    lines = (line for line in (HERE / "registers.txt").read_text().splitlines() if not line.startswith("#"))
    words = {word.strip() for line in lines for word in line.split(",")}
    return {tokens(form) for word in words for cls in "vn" for form in forms(word, cls)}
