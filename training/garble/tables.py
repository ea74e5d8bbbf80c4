"""Builds `cleaner/data/garble-tables.bin`, which every process maps, of the tables that training wrote.

`python -m training.garble.tables [--tables FOLDER]`, in a few seconds and without the training extras;
`make golden` does it too. The same bytes come of the same sources, but for the last digit of logarithms on
other processors.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleaner.garble.candidate_table import SubstitutionTable, unknown_words
from cleaner.garble.lexicon import Lexicon, read_lexicon
from cleaner.garble.ngram_model import NgramModel
from cleaner.garble.oddness import build_oddness_table, read_rows
from cleaner.garble.stored_tables import (
    FILE_NAME,
    TABLE_ARRAYS,
    StoredTables,
    as_bytes,
    map_tables,
    text_array,
    weight_key,
)

PACKAGE_DATA = Path(__file__).parents[2] / "cleaner" / "data"
SOURCES = ("garble-lexicon.tsv.gz", "garble-ngrams.npz", "garble-oddness.tsv.gz")
Arrays = dict[str, npt.NDArray[Any]]


def source_digests(folder: Path) -> dict[str, str]:
    """The sha256 of each source's bytes."""
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SOURCES}


def is_fresh(folder: Path) -> bool:
    """Whether the shipped tables were made of the sources that lie beside them."""
    made_from = map_tables(folder / FILE_NAME).about
    return {name: about["sha256"] for name, about in made_from.items()} == source_digests(folder)


def build_tables(folder: Path) -> StoredTables:
    """The tables of the sources in a folder."""
    lexicon = read_lexicon(folder / "garble-lexicon.tsv.gz")
    model = NgramModel.load(folder / "garble-ngrams.npz")
    arrays = model_arrays(folder / "garble-ngrams.npz", model)
    values: dict[str, Any] = lexicon_values(lexicon)
    arrays |= substitution_arrays(lexicon, SubstitutionTable.from_lexicon(lexicon, model), values)
    arrays |= weight_arrays(lexicon)
    arrays |= oddness_arrays(folder / "garble-oddness.tsv.gz", model, values)
    # as they are read back: lists for tuples, plain strings for channels
    values = json.loads(json.dumps(values))
    about = {
        name: {"sha256": digest, "header": header_of(folder / name)}
        for name, digest in source_digests(folder).items()
    }
    return StoredTables(about, values, arrays)


def header_of(path: Path) -> str:
    """What a source says of its own sources and licences."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as data:
            return bytes(data["header"]).decode()
    rows = gzip.decompress(path.read_bytes()).decode().splitlines()
    return "\n".join(row.removeprefix("#").removeprefix(" ") for row in rows if row.startswith("#"))


def model_arrays(path: Path, model: NgramModel) -> Arrays:
    """The language model; counts as they are in its source."""
    with np.load(path, allow_pickle=False) as data:
        counts = {
            "word counts": data["single"],
            "predecessors": data["follows"],
            "successors": data["followed"],
        }
    return {
        "words": text_array(model.words),
        **counts,
        "pair keys": model.pair_counts.keys,
        "pair codes": model.pair_counts.codes,
        "triple keys": model.triple_counts.keys,
        "triple codes": model.triple_counts.codes,
    }


def lexicon_values(lexicon: Lexicon) -> dict[str, Any]:
    """What of a lexicon is no array."""
    return {
        "names": [
            " ".join(printed) for group in lexicon.names_by_first_word.values() for _, printed in group
        ],
        "name word originals": lexicon.name_word_originals,
        "register forms": sorted(" ".join(form) for form in lexicon.register_forms),
        "channel weights": [[*key, list(weights)] for key, weights in lexicon.channel_weights.items()],
        "family biases": lexicon.family_biases,
        "signal weights": lexicon.signal_weights,
        "bias": lexicon.bias,
        "threshold": lexicon.threshold,
    }


def substitution_arrays(lexicon: Lexicon, table: SubstitutionTable, values: dict[str, Any]) -> Arrays:
    """The substitutions; the further channels that their rows name go into `values`."""
    swaps = table.substitutions
    also = [*dict.fromkeys(swap.also for swap in swaps)]
    values["also"] = also
    forms = [group[0].spun for group in lexicon.by_form]
    return {
        "first substitution": table.first_substitution,
        "spun word ids": table.spun_word_ids.flat,
        "spun starts": table.spun_word_ids.start,
        **_unknown("spun", unknown_words(forms, table.spun_word_ids)),
        "original word ids": table.original_word_ids.flat,
        "original starts": table.original_word_ids.start,
        **_unknown("original", unknown_words([swap.original for swap in swaps], table.original_word_ids)),
        "prior": np.array([swap.prior for swap in swaps]),
        "also": np.array([also.index(swap.also) for swap in swaps], dtype=np.uint8),
        **{name: getattr(table, name) for name in TABLE_ARRAYS},
    }


def _unknown(side: str, words: dict[int, str]) -> Arrays:
    return {
        f"{side} unknown places": np.array([*words], dtype=np.int64),
        f"{side} unknown words": text_array([*words.values()]),
    }


def weight_arrays(lexicon: Lexicon) -> Arrays:
    """The weights of forms, by sorted keys."""
    rows = sorted((weight_key(key), weights) for key, weights in lexicon.form_weights.items())
    return {
        "weight keys": np.frombuffer(b"".join(key for key, _ in rows), np.uint8),
        "weight key starts": _starts([len(key) for key, _ in rows]),
        "weight values": np.array([weights for _, weights in rows]),
    }


def _starts(lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))


def oddness_arrays(path: Path, model: NgramModel, values: dict[str, Any]) -> Arrays:
    """What oddness is read by; its names, and the synonyms of their words, go into `values`."""
    originals, names, weights = read_rows(path)
    table = build_oddness_table(originals, names, weights, model)
    synonyms: dict[str, list[str]] = {}
    for word, old in sorted(table.related):
        synonyms.setdefault(word, []).append(old)
    values["name synonyms"] = synonyms
    values["well-known names"] = [*dict.fromkeys(" ".join(name.lower().split()) for name in names)]
    return {
        "synonym word ids": table.originals.flat,
        "synonym starts": table.originals.start,
        "oddness weights": table.weights,
    }


def differing(one: StoredTables, other: StoredTables) -> list[str]:
    """The names of what differs, logarithms that are as good as equal left out."""
    names = [name for name in ("about", "values") if getattr(one, name) != getattr(other, name)]
    return names + [
        name
        for name in sorted({*one.arrays, *other.arrays})
        if name not in one.arrays
        or name not in other.arrays
        or one.arrays[name].dtype != other.arrays[name].dtype
        or one.arrays[name].shape != other.arrays[name].shape
        or not np.allclose(one.arrays[name], other.arrays[name], rtol=1e-12, atol=0.0)
    ]


def write(folder: Path) -> None:
    """Writes the tables of the sources in a folder beside them, where those that lie there are others."""
    path = folder / FILE_NAME
    as_read = build_tables(folder)
    data = as_bytes(as_read)
    if path.exists() and not differing(map_tables(path), as_read):
        return
    beside = path.with_suffix(".new")  # the file may be mapped at this moment
    beside.write_bytes(data)
    beside.replace(path)


def write_where_complete(folder: Path) -> None:
    """Writes the tables in a folder that has all the sources."""
    if all((folder / name).exists() for name in SOURCES):
        write(folder)


def main() -> None:
    """Writes the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=Path, default=PACKAGE_DATA, help="folder of garble-*")
    write(parser.parse_args().tables)


if __name__ == "__main__":
    main()
