"""Documents that say the same as an earlier one: found in input order, in bounded memory, by no chance.

Each text becomes a signature of 112 minima over its five-word shingles (MinHash), computed where the text is
cleaned. Signatures are compared here, one after the other in input order, so the number of workers changes
nothing. Candidates are those that share one of 14 bands of 8 minima, which finds 92 in 100 pairs of
similarity .8 and 5 in 100 of .5; the signatures themselves decide. A duplicate is never itself something to
be a duplicate of: all point to the first.

Own code, and short: of the libraries, datasketch brings scipy and compares through Python objects, and both
it and rensa keep an index that grows with the corpus and cannot be taken up again where a run was killed.
Here the signatures lie in a file, 248 bytes each, and the index is a table of fixed size that is refilled
from it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner.errors import UsageError
from cleaner.json_lines import dumps, loads

SHINGLE = 5
BANDS, ROWS = 14, 8
MINIMA = BANDS * ROWS
# Two texts of this similarity differ in one five-word shingle of five: a corrected edition, a second address.
SIMILAR = 0.8
# Of a text longer than this, the start: 200,000 words are a book, and minima beyond it change little.
MOST_WORDS = 200_000
# Shingles hashed at once: 112 minima of each in 32 bits are 4 MB.
AT_ONCE = 8192
# Of 8 bytes each: 64 MB when it is full, which takes some 600,000 documents. After that the oldest are
# forgotten band by band; a pair of similarity .95 shares nine.
SLOTS = 1 << 23

# Languages without spaces: a character counts as a word.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]|\w+")
DIGEST = 16
START = 8  # where the id is
SIGNED = DIGEST + 2 * MINIMA
RECORD = START + SIGNED

Hashes = NDArray[np.uint64]
Halves = NDArray[np.uint32]


class Duplicate(NamedTuple):
    """The id of the earlier document that says the same, and how much of it, 0..1; 1 is word for word."""

    id: str
    similarity: float


def signature(text: str) -> bytes:
    """What of a text is compared, and by which bands it is found; of one without words, nothing."""
    words = WORD.findall(text.casefold())[:MOST_WORDS]
    if not words:
        return b""
    spelled = " ".join(words).encode("utf-8", "surrogatepass")
    digest = blake2b(spelled, digest_size=DIGEST).digest()
    minima = _minima(_shingles(spelled.split(b" "))).astype("<u2")
    return digest + minima.tobytes() + _bands(minima[None]).astype("<u8").tobytes()


def _shingles(words: list[bytes]) -> Hashes:
    """A hash for each run of five words; of a shorter text, one."""
    hashes = np.fromiter(map(zlib.crc32, words), np.uint64, len(words))
    width = min(SHINGLE, len(hashes))
    mixed = np.zeros(len(hashes) - width + 1, dtype=np.uint64)
    for at in range(width):
        mixed = _scrambled(mixed * np.uint64(0x9E3779B97F4A7C15) + hashes[at : at + len(mixed)])
    return mixed


def _scrambled(numbers: Hashes) -> Hashes:
    """The finalizer of MurmurHash3: every bit of the input changes half of those of the output."""
    numbers = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    numbers = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return numbers ^ (numbers >> np.uint64(33))


@cache
def _factors() -> tuple[Halves, Halves]:
    """Odd factors and summands, the same for ever: 112 orders of the same hashes."""
    numbers = _scrambled(np.arange(1, 2 * MINIMA + 1, dtype=np.uint64)).astype(np.uint32)
    return numbers[:MINIMA, None] | np.uint32(1), numbers[MINIMA:, None]


def _minima(hashes: Hashes) -> Hashes:
    """In 32 bits: that takes an eighth of the time of 64, and two shingles in 4 billion look alike."""
    factors, summands = _factors()
    halves = hashes.astype(np.uint32)
    least = np.full(MINIMA, np.iinfo(np.uint32).max, dtype=np.uint32)
    for at in range(0, len(halves), AT_ONCE):
        np.minimum(least, (halves[None, at : at + AT_ONCE] * factors + summands).min(axis=1), out=least)
    # 16 bits of each: two different minima look alike once in 65,536 times
    return _scrambled(least.astype(np.uint64)) >> np.uint64(48)


class Duplicates:
    """The signatures of a run's documents, in two files of a folder, and the index of their bands."""

    def __init__(self, folder: Path, count: int = 0, size: int = 0, slots: int = SLOTS) -> None:
        """Begin, or go on after the first `count` signatures, whose ids take `size` bytes."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        signatures, ids = self.paths
        self._signatures, self._ids = _open(signatures, count * RECORD), _open(ids, size)
        self.count, self.size = count, size
        self._mask = np.uint64(slots - 1)
        # Pages of the table that hold nothing take no memory.
        self._tags = np.zeros(slots, dtype=np.uint32)
        self._numbers = np.zeros(slots, dtype=np.uint32)
        self._refill()

    def _refill(self) -> None:
        self._signatures.seek(0)
        for at in range(0, self.count, AT_ONCE):
            some = self._signatures.read(min(AT_ONCE, self.count - at) * RECORD)
            minima = np.frombuffer(some, np.uint8).reshape(-1, RECORD)[:, START + DIGEST :]
            bands = _bands(np.ascontiguousarray(minima).view("<u2"))
            self._enter(bands, np.arange(at, at + len(bands), dtype=np.uint32)[:, None])

    @property
    def paths(self) -> tuple[Path, Path]:
        """The two files."""
        return self._folder / "signatures", self._folder / "ids"

    def flush(self) -> None:
        """What was seen is in the files."""
        with self._naming():
            self._signatures.flush()
            self._ids.flush()

    def close(self) -> None:
        """Close the files; they stay. What a full disk did not take was said before."""
        for file in (self._signatures, self._ids):
            try:
                file.close()
            except OSError:
                file.raw.close()

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UsageError(f"{self._folder}: cannot be written: {error.strerror or error}") from error

    def see(self, id: str, found: bytes) -> Duplicate | None:
        """The earlier document that says the same, or None, and then this one is remembered."""
        if not found:
            return None
        with self._naming():
            return self._look(id, found[:SIGNED], np.frombuffer(found, "<u8", offset=SIGNED))

    def _look(self, id: str, found: bytes, bands: Hashes) -> Duplicate | None:
        best, number = self._best(found, bands)
        if best >= SIMILAR:
            return Duplicate(self._id(number), best)
        self._enter(bands, np.uint32(self.count))
        self._remember(id, found)
        return None

    def _remember(self, id: str, found: bytes) -> None:
        line = dumps({"id": id}) + b"\n"
        self._signatures.seek(self.count * RECORD)
        self._signatures.write(self.size.to_bytes(START) + found)
        self._ids.seek(self.size)
        self._ids.write(line)
        self.count += 1
        self.size += len(line)

    def _best(self, found: bytes, bands: Hashes) -> tuple[float, int]:
        """The most similar, of equals the earliest."""
        at = bands & self._mask
        hits = self._numbers[at][self._tags[at] == _tags(bands)]
        likely = ((self._similarity(found, number - 1), 1 - number) for number in {*hits.tolist()} - {0})
        best, number = max(likely, default=(0.0, 0))
        return best, -number

    def _record(self, number: int) -> bytes:
        self._signatures.seek(number * RECORD)
        return bytes(self._signatures.read(RECORD))

    def _similarity(self, found: bytes, number: int) -> float:
        other = self._record(number)[START:]
        if other[:DIGEST] == found[:DIGEST]:
            return 1.0
        same = np.frombuffer(other, "<u2", offset=DIGEST) == np.frombuffer(found, "<u2", offset=DIGEST)
        return min(round(float(same.mean()), 2), 0.99)

    def _enter(self, bands: Hashes, numbers: Any) -> None:
        at = bands & self._mask
        self._tags[at] = _tags(bands)
        self._numbers[at] = numbers + np.uint32(1)  # 0 is nobody

    def _id(self, number: int) -> str:
        self._ids.seek(int.from_bytes(self._record(number)[:START]))
        return str(loads(self._ids.readline())["id"])


def _tags(bands: Hashes) -> NDArray[np.uint32]:
    return (bands >> np.uint64(32)).astype(np.uint32)


def _open(path: Path, size: int) -> Any:
    """For reading and writing, cut to what counts."""
    if size and (not path.exists() or path.stat().st_size < size):
        raise UsageError(f"{path}: is shorter than it was; --restart begins anew")
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(size)
    return file


def _bands(minima: NDArray[np.uint16]) -> Hashes:
    """For each signature a hash for each band of its minima, and which band it is."""
    rows = minima.astype(np.uint64).reshape(len(minima), BANDS, ROWS)
    mixed = np.arange(1, BANDS + 1, dtype=np.uint64)[None]
    for column in range(ROWS):
        mixed = _scrambled(mixed * np.uint64(0x9E3779B97F4A7C15) + rows[:, :, column])
    return mixed
