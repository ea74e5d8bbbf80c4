"""Which documents of the inputs a run takes: all, the first, or a sample that is always the same."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

# Of the sample: a document's place in it depends on this, the id of its file and its place there.
SEED = b"cleaner"


@dataclass(frozen=True, slots=True)
class Selection:
    """At most `limit` documents, the first ones, of a random sample of `sample` documents; None: all."""

    sample: int | None = None
    limit: int | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.sample is None and self.limit is None

    def as_settings(self) -> dict[str, Any]:
        """What was asked for, by the names of the options."""
        asked = {"sample": self.sample, "limit": self.limit}
        return {name: number for name, number in asked.items() if number is not None}


ALL_DOCUMENTS = Selection()


def sample_key(file_id: str, index_in_file: int) -> bytes:
    """A number drawn for a document: those with the smallest ones are the sample.

    It depends on nothing else, so that a sample changes little when the input grows.
    """
    name = f"{file_id}\0{index_in_file}".encode("utf-8", "surrogatepass")
    return blake2b(name, key=SEED, digest_size=8).digest()


def sample_places(places: Iterable[tuple[str, int, int]], count: int) -> set[tuple[int, int]]:
    """Of documents, given as file id, number of the file and place in it, the places of a sample."""
    keys = ((sample_key(id, index), number, index) for id, number, index in places)
    return {(number, index) for _, number, index in heapq.nsmallest(count, keys)}
