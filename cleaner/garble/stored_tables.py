"""The tables of spun text as they are shipped: arrays in one file, which every process maps and none parses.

`garble-lexicon.tsv.gz`, `garble-ngrams.npz` and `garble-oddness.tsv.gz` are what training writes and people
read; `python -m training.garble.tables` makes `garble-tables.bin` of them, whose header names each source
with its licence and the digest of its bytes. Pages of a mapped file are read when they are first needed, and
all processes share them.

The file is a line that names the format, a line of JSON, and arrays, each at a multiple of ALIGNMENT bytes.
"""

from __future__ import annotations

import json
import mmap
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cleaner.garble.candidate_table import FormFinder, Ragged, SubstitutionTable
from cleaner.garble.lexicon import CHANNELS, Channel, Lexicon, Substitution, names_by_first_word
from cleaner.garble.ngram_model import UNKNOWN_ID, Floats, HashedCounts, Ints, NgramModel
from cleaner.garble.oddness import OddnessTable, names_by_word

FILE_NAME = "garble-tables.bin"
FORMAT_LINE = b"garble-tables 1\n"
ALIGNMENT = 64
WeightKey = tuple[Channel, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class StoredTables:
    """What the file holds: `about` its sources with licences and digests, plain values, and mapped arrays."""

    about: Mapping[str, Mapping[str, str]]
    values: Mapping[str, Any]
    arrays: Mapping[str, npt.NDArray[Any]]


def as_bytes(tables: StoredTables) -> bytes:
    """The file; the same bytes for the same tables."""
    layout, at = {}, 0
    for name, array in tables.arrays.items():
        layout[name] = [array.dtype.newbyteorder("<").str, list(array.shape), at]
        at = _aligned(at + array.nbytes)
    head = json.dumps({"about": tables.about, "values": tables.values, "arrays": layout}, ensure_ascii=False)
    out = bytearray(FORMAT_LINE + head.encode() + b"\n")
    for array in tables.arrays.values():
        out += bytes(_aligned(len(out)) - len(out))
        out += np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    return bytes(out)


def _aligned(offset: int) -> int:
    return -(-offset // ALIGNMENT) * ALIGNMENT


def map_tables(path: Path) -> StoredTables:
    """Maps the file; its arrays cannot be written to. Raises ValueError for a file of another format."""
    with path.open("rb") as file:
        if file.readline() != FORMAT_LINE:
            raise ValueError(f"{path} is not in the format {FORMAT_LINE.decode().strip()}")
        head = json.loads(file.readline())
        start = _aligned(file.tell())
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    arrays = {
        name: np.ndarray(shape, np.dtype(dtype), mapped, start + at)
        for name, (dtype, shape, at) in head["arrays"].items()
    }
    return StoredTables(head["about"], head["values"], arrays)


def text_array(lines: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Lines as an array of bytes."""
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


def _lines(array: npt.NDArray[Any]) -> list[str]:
    return array.tobytes().decode().split("\n")


def model_from(stored: StoredTables) -> NgramModel:
    """The language model."""
    arrays = stored.arrays
    return NgramModel(
        _lines(arrays["words"]),
        arrays["word counts"].astype(np.int64),
        arrays["predecessors"].astype(np.int64),
        arrays["successors"].astype(np.int64),
        HashedCounts(arrays["pair keys"], arrays["pair codes"]),
        HashedCounts(arrays["triple keys"], arrays["triple codes"]),
    )


def table_from(stored: StoredTables, model: NgramModel) -> SubstitutionTable:
    """The substitutions; the lexicon in them has what a text is scored by, not the substitutions again."""
    arrays = stored.arrays
    spun = Ragged(arrays["spun word ids"], arrays["spun starts"])
    original = Ragged(arrays["original word ids"], arrays["original starts"])
    unknown_spun = _by_place(arrays, "spun", model)
    substitutions = StoredSubstitutions(
        SpelledRows(spun, model.words, unknown_spun),
        SpelledRows(original, model.words, _by_place(arrays, "original", model)),
        arrays["first substitution"],
        arrays["prior"],
        arrays["channel"],
        arrays["also"],
        [tuple(map(Channel, codes)) for codes in stored.values["also"]],
    )
    fields: dict[str, Any] = {name: arrays[name] for name in TABLE_ARRAYS}
    return SubstitutionTable(
        _lexicon_from(stored),
        substitutions,
        arrays["first substitution"],
        spun,
        original,
        **fields,
        form_finder=FormFinder.of_forms(spun, unknown_spun, model.words),
    )


# Fields of SubstitutionTable from `log_prior` to `number_variant_id`, each under its own name.
TABLE_ARRAYS = (
    "log_prior", "channel", "in_family", "weights", "raw_weights", "rarest_word", "in_register",
    "log_freq_spun", "log_freq_original", "original_id", "number_variant_id",
)  # fmt: skip


def _by_place(arrays: Mapping[str, npt.NDArray[Any]], side: str, model: NgramModel) -> dict[int, str]:
    """The words that the model does not know, by their place among all words of that side."""
    places = arrays[f"{side} unknown places"].tolist()
    return dict(zip(places, _lines(arrays[f"{side} unknown words"]), strict=False)) if places else {}


def _lexicon_from(stored: StoredTables) -> Lexicon:
    values, arrays = stored.values, stored.arrays
    names = names_by_first_word(values["names"])
    return Lexicon(
        by_form=[],
        form_id_of_word={},
        phrases_by_start={},
        name_word_originals=values["name word originals"],
        names_by_first_word=names,
        known_names=frozenset(lower for group in names.values() for lower, _ in group),
        register_forms=frozenset(tuple(form.split()) for form in values["register forms"]),
        form_weights=StoredWeights(
            arrays["weight keys"].tobytes(), arrays["weight key starts"], arrays["weight values"]
        ),
        channel_weights={
            (Channel(family), Channel(channel)): tuple(weights)
            for family, channel, weights in values["channel weights"]
        },
        family_biases={Channel(family): bias for family, bias in values["family biases"].items()},
        signal_weights=values["signal weights"],
        bias=values["bias"],
        threshold=values["threshold"],
    )


@dataclass(frozen=True, slots=True)
class SpelledRows:
    """Rows of word numbers as words; `unknown` are words without a number, by their place in `ids.flat`."""

    ids: Ragged
    words: Sequence[str]
    unknown: Mapping[int, str]

    def __getitem__(self, row: int) -> tuple[str, ...]:
        start, end = int(self.ids.start[row]), int(self.ids.start[row + 1])
        return tuple(
            self.unknown[start + k] if word_id == UNKNOWN_ID else self.words[word_id]
            for k, word_id in enumerate(self.ids.flat[start:end].tolist())
        )


@dataclass(frozen=True, slots=True, eq=False)
class StoredSubstitutions(Sequence[Substitution]):
    """The substitutions, each made when it is asked for; `also_id` numbers the further channels."""

    spun: SpelledRows
    original: SpelledRows
    first_substitution: Ints
    prior: Floats
    channel: Ints
    also_id: npt.NDArray[np.uint8]
    also: Sequence[tuple[Channel, ...]]

    def __len__(self) -> int:
        return len(self.prior)

    def __getitem__(self, row: Any) -> Any:
        if not 0 <= row < len(self):
            raise IndexError(row)
        form = int(np.searchsorted(self.first_substitution, row, side="right")) - 1
        return Substitution(
            self.spun[form],
            self.original[row],
            float(self.prior[row]),
            CHANNELS[self.channel[row]],
            self.also[self.also_id[row]],
        )


def weight_key(key: WeightKey) -> bytes:
    """What the weights of a family's form are sorted by."""
    family, form = key
    return "\t".join((family, *form)).encode()


@dataclass(frozen=True, slots=True, eq=False)
class StoredWeights(Mapping[WeightKey, tuple[float, ...]]):
    """`form_weights` of a lexicon, by sorted keys; key k is `joined_keys[starts[k]:starts[k + 1]]`."""

    joined_keys: bytes
    starts: Ints
    values_by_key: Floats

    def __len__(self) -> int:
        return len(self.values_by_key)

    def _key(self, row: int) -> bytes:
        return self.joined_keys[self.starts[row] : self.starts[row + 1]]

    def __getitem__(self, key: WeightKey) -> tuple[float, ...]:
        wanted = weight_key(key)
        row = bisect_left(range(len(self)), wanted, key=self._key)
        if row == len(self) or self._key(row) != wanted:
            raise KeyError(key)
        return tuple(self.values_by_key[row].tolist())

    def __iter__(self) -> Iterator[WeightKey]:
        for row in range(len(self)):
            family, *form = self._key(row).decode().split("\t")
            yield Channel(family), tuple(form)


def oddness_table_from(stored: StoredTables) -> OddnessTable:
    """The table of oddness, its words numbered as in the language model."""
    arrays, values = stored.arrays, stored.values
    return OddnessTable(
        Ragged(arrays["synonym word ids"], arrays["synonym starts"]),
        frozenset((word, old) for word, olds in values["name synonyms"].items() for old in olds),
        names_by_word(tuple(name.split()) for name in values["well-known names"]),
        arrays["oddness weights"],
    )
