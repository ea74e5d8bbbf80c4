"""Reads the lexicon people edit and expands it: every form a spinner writes, with what it stands for.

A row is `original <tab> class <tab> spun|spun|...`: class v, n or x says how both sides bend (x: not at all).
Words that both sides share are the context a pair needs: `the judge -> the decide` swaps judge only after
`the`. A trailing `?` marks words that natural text uses as well, weak evidence by themselves. The most usual
form comes first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from cleaner.garble.lexicon import Channel, Lexicon, Substitution, build_lexicon
from cleaner.garble.tokenize import tokenize
from training.garble.inflect import inflected_forms

HERE = Path(__file__).parent
# A natural word is a swap a third as often as others: a guess, like all priors here.
NATURAL_WORD_FACTOR = 0.3
CORE_FACTOR = 3.0  # a swap of the core files is three times as usual: every news spinner has it
CHANNEL_OF_FILE_KIND = {
    "core": Channel.NEWS,
    "news": Channel.NEWS,
    "thesaurus": Channel.THESAURUS,
    "rewriting": Channel.REWRITING,
    "spinbot": Channel.SPINBOT,
}

# What a lexicon that lacks pairs keeps as it is.
KEPT_WITHOUT_PAIRS = (
    "name_word_originals", "names_by_first_word", "known_names", "form_weights", "register_forms",
    "channel_weights", "family_biases", "signal_weights", "bias", "threshold",
)  # fmt: skip

# Slips of the list of tortured phrases, in what they stand for: nobody wants them put into a text.
MISSPELLED = {
    "chemica": "chemical", "composent": "component", "consuption": "consumption", "continious": "continuous",
    "continuos": "continuous", "countinuous": "continuous", "discrite": "discrete", "effet": "effect",
    "entrooy": "entropy", "enviroment": "environment", "fuction": "function", "gradiant": "gradient",
    "gradiants": "gradients", "illneses": "illnesses", "mamography": "mammography", "medicial": "medical",
    "minin": "mining", "particule": "particle", "pericutaneous": "percutaneous",
    "preprocesing": "preprocessing", "rythm": "rhythm", "supression": "suppression",
    "unbiaised": "unbiased", "unknow": "unknown", "valiadation": "validation",
}  # fmt: skip

LexiconRow = tuple[str, str, str, list[str]]  # kind of file, original, class, spun forms


class Pair(NamedTuple):
    """One expanded substitution, both sides as tokens with spaces between; `also` are further channels."""

    spun: str
    original: str
    prior: float
    channel: Channel
    also: tuple[Channel, ...] = ()


def lexicon_without(whole: Lexicon, is_left_out: Callable[[Substitution], bool]) -> Lexicon:
    """The lexicon without some substitutions; the weights of other forms stay as they are."""
    kept = [swap for group in whole.by_form for swap in group if not is_left_out(swap)]
    return replace(build_lexicon(kept, (), ()), **{name: getattr(whole, name) for name in KEPT_WITHOUT_PAIRS})


def tokenized_phrase(phrase: str) -> str:
    """The phrase's tokens with spaces between, as texts are split: `it's` is two words on both sides."""
    return " ".join("a" if token == "an" else token for token in tokenize(phrase).tokens)


def read_rows(folder: Path = HERE / "lexicon") -> Iterator[LexiconRow]:
    """Kind of file, original, class and spun forms of every row of a folder."""
    for path in sorted(folder.glob("*.tsv")):
        yield from read_file(path)


def read_file(path: Path) -> Iterator[LexiconRow]:
    """The rows of one file.

    Raises:
        ValueError: a name or a row that is not as the module's docstring says.
    """
    file_kind = path.stem.split("-")[0]
    if file_kind not in CHANNEL_OF_FILE_KIND:
        raise ValueError(f"{path.name}: begins with none of {', '.join(CHANNEL_OF_FILE_KIND)}")
    for line_number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 3 or cells[1] not in "vnx":
            raise ValueError(f"{path.name}:{line_number}: want original, class (v, n, x) and spun forms")
        yield file_kind, cells[0], cells[1], cells[2].split("|")


def base_pairs(folder: Path = HERE / "lexicon") -> list[tuple[Channel, str, str, str]]:
    """Channel, class, original and spun form of every pair as written, without those that swap nothing."""
    return sorted(
        {
            (CHANNEL_OF_FILE_KIND[file_kind], word_class, original, spun.rstrip("?"))
            for file_kind, original, word_class, spun_forms in read_rows(folder)
            for spun in spun_forms
            if spun.rstrip("?") != original and "{" not in spun
        }
    )


def expand_lexicon(
    folder: Path = HERE / "lexicon", without: Channel | None = None
) -> dict[tuple[str, str], Pair]:
    """All forms; where two rows give the same pair, the likelier one stays. `without` is left out."""
    return expand_rows(row for row in read_rows(folder) if CHANNEL_OF_FILE_KIND[row[0]] != without)


def expand_file(path: Path) -> list[Pair]:
    """All forms of one file."""
    return [*expand_rows(read_file(path)).values()]


def expand_rows(rows: Iterable[LexiconRow]) -> dict[tuple[str, str], Pair]:
    """All forms of some rows, by (spun, original)."""
    best: dict[tuple[str, str], Pair] = {}
    channels: dict[tuple[str, str], set[Channel]] = {}
    for file_kind, original, word_class, spun_forms in rows:
        first_prior = 1.0 / sum(1 / k for k in range(1, len(spun_forms) + 1))
        for rank, spun in enumerate(spun_forms, 1):
            if "{" in spun or any(mark in original + spun for mark in CONTRACTIONS):
                continue
            file_factor = CORE_FACTOR if file_kind == "core" else 1.0
            prior = first_prior / rank * (NATURAL_WORD_FACTOR if spun.endswith("?") else file_factor)
            for old, new in _inflected_pairs(original, spun.rstrip("?"), word_class):
                key = (new, old)
                channels.setdefault(key, set()).add(CHANNEL_OF_FILE_KIND[file_kind])
                if key not in best or best[key].prior < prior:
                    best[key] = Pair(new, old, round(prior, 3), CHANNEL_OF_FILE_KIND[file_kind])
    return {
        key: pair._replace(also=tuple(sorted(channels[key] - {pair.channel}))) for key, pair in best.items()
    }


def _inflected_pairs(original: str, spun: str, word_class: str) -> Iterator[tuple[str, str]]:
    """Each form of the original with that of the spun words, where they differ in more than spelling."""
    for old, new in zip(
        inflected_forms(original, word_class), inflected_forms(spun, word_class), strict=True
    ):
        old, new = tokenized_phrase(old), tokenized_phrase(new)
        if old != new and not is_spelling_variant(old, new):
            yield old, new


def tortured_phrases(path: Path) -> Iterator[Pair]:
    """The tortured phrases of two to four words with an original of up to four; they are not inflected."""
    seen: set[Pair] = set()
    for row in json.loads(path.read_text())["phrases"]:
        spun, original = row["tortured"].lower(), row["correct"].lower().split("(")[0].strip()
        if original and 2 <= len(spun.split()) <= 4 and len(original.split()) <= 4 and original.isascii():
            if "/" in original or "?" in original or tokenized_phrase(spun) == tokenized_phrase(original):
                continue
            words = [MISSPELLED.get(word, word) for word in tokenized_phrase(original).split()]
            pair = Pair(tokenized_phrase(spun), " ".join(words), 1.0, Channel.TORTURED)
            if pair not in seen:
                yield pair
            seen.add(pair)


# `isn't` for `is not` is a matter of style in every text: no evidence, and not worth undoing.
CONTRACTIONS = ("n't", "'s", "'re", "'ve", "'ll", "'m", "'d")
SPELLING_PAIRS = (
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


def is_spelling_variant(one: str, other: str) -> bool:
    """Whether two words differ by British and American spelling only, which is no evidence of a spinner."""
    return any(one.replace(a, b) == other or other.replace(a, b) == one for a, b in SPELLING_PAIRS)


def read_names() -> list[str]:
    """Names as printed, longest first."""
    lines = (HERE / "names.txt").read_text().splitlines()
    return sorted({n for n in lines if n and not n.startswith("#") and " " in n}, key=lambda n: (-len(n), n))


def read_name_words() -> list[tuple[str, str]]:
    """(spun, original) of single words inside names; the spun side may be two words."""
    rows = (line.split("\t") for line in (HERE / "name-words.tsv").read_text().splitlines() if line[0] != "#")
    return [
        (tokenized_phrase(spun), tokenized_phrase(word))
        for word, spuns in rows
        for spun in spuns.split("|")
        if spun != word
    ]


def read_register_forms() -> set[str]:
    """Every form of the words that formal or old-fashioned English uses of its own accord."""
    lines = (line for line in (HERE / "registers.txt").read_text().splitlines() if not line.startswith("#"))
    words = {word.strip() for line in lines for word in line.split(",")}
    return {tokenized_phrase(form) for word in words for cls in "vn" for form in inflected_forms(word, cls)}
