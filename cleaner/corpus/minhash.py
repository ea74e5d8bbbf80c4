"""Finds near-duplicates of earlier documents: in input order, in bounded memory, without random numbers.

Each text becomes a signature of 112 minima over its five-word shingles (MinHash), computed where the text
is cleaned. Signatures are compared here, one after the other in input order, so the number of workers
changes nothing. Candidates are those that share one of 14 bands of 8 minima, which finds 92 in 100 pairs of
similarity .8 and 5 in 100 of .5; comparing whole signatures then decides. Duplicates are not indexed: all
copies name the first document.

Why not a library: datasketch needs scipy and compares Python objects one by one, and the index of
datasketch and of rensa grows with the corpus and cannot be continued after a run was killed. Here the
signatures are in a file, 248 bytes each, and the index is a table of fixed size that is rebuilt from it.
"""

from __future__ import annotations

import re
import string
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cleaner import native
from cleaner.corpus.atomic import DamagedFileError, checksum_of_start
from cleaner.errors import UsageError
from cleaner.json_lines import dumps, loads

WORDS_PER_SHINGLE = 5
BAND_COUNT, MINIMA_PER_BAND = 14, 8
MINIMA_COUNT = BAND_COUNT * MINIMA_PER_BAND
# Two texts of this similarity differ in one five-word shingle of five: a corrected edition, a second address.
MIN_SIMILARITY = 0.8
# Of a longer text only the start is compared: 200,000 words are a book, and minima change little after it.
MAX_WORDS = 200_000
# Shingles hashed at once: 112 minima of each in 32 bits are 4 MB.
BATCH_SIZE = 8192
# Of 8 bytes each: 64 MB when it is full, after some 600,000 documents. From then on new bands overwrite old
# ones; a pair of similarity .95 shares nine bands.
TABLE_SLOTS = 1 << 23
# Until so many documents the table is a dictionary of the slots that are taken: it takes 6 MB, and no time to
# touch memory for the first time, which takes longer than to look a few thousand documents up.
MAX_SPARSE_DOCUMENTS = 4096
# Signatures and ids are written so many at a time.
MAX_UNWRITTEN_BYTES = 1 << 16

# Languages without spaces: a character counts as a word.
WORD_PATTERN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]|\w+")
# Signs beyond ASCII that English has as well; no word holds one.
COMMON_SIGNS = "’‘“”–—…•·\xa0»«©"
ASCII_WORD_CHARS = f"{string.ascii_letters}{string.digits}_"
ASCII_WORD_TABLE = bytes(code if chr(code) in ASCII_WORD_CHARS else 32 for code in range(128)) + bytes(128)
DIGEST_BYTES = 16
ID_OFFSET_BYTES = 8  # the position of the document's id in the file of ids
MINHASH_BYTES = DIGEST_BYTES + 2 * MINIMA_COUNT
INDEX_FILES = ("signatures", "ids")
RECORD_BYTES = ID_OFFSET_BYTES + MINHASH_BYTES

Hashes64 = NDArray[np.uint64]
Hashes32 = NDArray[np.uint32]


class Duplicate(NamedTuple):
    """The id of the earlier document, and the similarity to it, 0..1; 1 means the same words."""

    id: str
    similarity: float


def signature(text: str) -> bytes:
    """A text's digest, minima and band hashes as bytes; empty for a text without words."""
    joined_words = b" ".join(_words(text)[:MAX_WORDS])
    if not joined_words:
        return b""
    digest = blake2b(joined_words, digest_size=DIGEST_BYTES).digest()
    if native.core is not None:
        return digest + native.core.minhash(joined_words, *_hash_factors())
    minima = _min_hashes(_shingle_hashes(joined_words.split(b" "))).astype("<u2")
    return digest + minima.tobytes() + _band_hashes(minima[None]).astype("<u8").tobytes()


def _words(text: str) -> list[bytes]:
    """The words of a text in the order that they have, each folded and as UTF-8."""
    for sign in COMMON_SIGNS:
        text = text.replace(sign, " ")
    if text.isascii():  # as most English: without a look at each character by itself
        return text.lower().encode().translate(ASCII_WORD_TABLE).split()
    found = WORD_PATTERN.findall(text.casefold())
    return " ".join(found).encode("utf-8", "surrogatepass").split(b" ") if found else []


def _shingle_hashes(words: list[bytes]) -> Hashes64:
    """A hash for each five words in a row; one for a shorter text."""
    hashes = np.fromiter(map(zlib.crc32, words), np.uint64, len(words))
    width = min(WORDS_PER_SHINGLE, len(hashes))
    mixed = np.zeros(len(hashes) - width + 1, dtype=np.uint64)
    for at in range(width):
        mixed = _mix_bits(mixed * np.uint64(0x9E3779B97F4A7C15) + hashes[at : at + len(mixed)])
    return mixed


def _mix_bits(numbers: Hashes64) -> Hashes64:
    """The finalizer of MurmurHash3: every bit of the input changes half of those of the output."""
    numbers = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    numbers = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return numbers ^ (numbers >> np.uint64(33))


@cache
def _hash_factors() -> tuple[Hashes32, Hashes32]:
    """Fixed odd factors and summands, which put the same hashes in 112 different orders."""
    numbers = _mix_bits(np.arange(1, 2 * MINIMA_COUNT + 1, dtype=np.uint64)).astype(np.uint32)
    return numbers[:MINIMA_COUNT, None] | np.uint32(1), numbers[MINIMA_COUNT:, None]


def _min_hashes(hashes: Hashes64) -> Hashes64:
    """112 minima, in 32 bits: that takes an eighth of the time of 64, and one pair in 4 billion collides."""
    factors, summands = _hash_factors()
    hashes32 = hashes.astype(np.uint32)
    minima = np.full(MINIMA_COUNT, np.iinfo(np.uint32).max, dtype=np.uint32)
    for at in range(0, len(hashes32), BATCH_SIZE):
        np.minimum(
            minima, (hashes32[None, at : at + BATCH_SIZE] * factors + summands).min(axis=1), out=minima
        )
    # 16 bits of each: one pair of different minima in 65,536 collides
    return _mix_bits(minima.astype(np.uint64)) >> np.uint64(48)


class DuplicateIndex:
    """The signatures and ids of a run's documents, in two files, and an index of their bands in memory."""

    def __init__(
        self,
        folder: Path,
        count: int = 0,
        ids_bytes: int = 0,
        checksums: tuple[int, int] | None = None,
        slots: int = TABLE_SLOTS,
    ) -> None:
        """Begin, or continue after the first `count` signatures, whose ids take `ids_bytes` bytes.

        `checksums` are those of both files at that place (CRC-32); DamagedFileError when they differ.
        """
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        signatures, ids = self.paths
        for path, size, checksum in zip(
            self.paths, (count * RECORD_BYTES, ids_bytes), checksums or (None, None), strict=True
        ):
            if size and checksum is not None and checksum_of_start(path, size) != checksum:
                raise DamagedFileError(f"{path}: is damaged; --restart begins anew")
        self._signatures, self._ids = (
            _open_truncated(signatures, count * RECORD_BYTES),
            _open_truncated(ids, ids_bytes),
        )
        self.count, self.ids_bytes = count, ids_bytes
        self.checksums = checksums or (0, 0)
        self._unwritten_signatures, self._unwritten_ids = bytearray(), bytearray()
        self._table: _SparseTable | _Table = (
            _SparseTable(slots) if count < MAX_SPARSE_DOCUMENTS else _Table(slots)
        )
        self._rebuild_index()

    def _rebuild_index(self) -> None:
        self._signatures.seek(0)
        for at in range(0, self.count, BATCH_SIZE):
            records = self._signatures.read(min(BATCH_SIZE, self.count - at) * RECORD_BYTES)
            minima = np.frombuffer(records, np.uint8).reshape(-1, RECORD_BYTES)[
                :, ID_OFFSET_BYTES + DIGEST_BYTES :
            ]
            bands = _band_hashes(np.ascontiguousarray(minima).view("<u2"))
            self._table.add_many(bands, at)

    @property
    def paths(self) -> tuple[Path, Path]:
        """The file of signatures and the file of ids."""
        signatures, ids = INDEX_FILES
        return self._folder / signatures, self._folder / ids

    def flush(self) -> None:
        """Write what is buffered."""
        with self._errors_as_usage():
            self._write()

    def _write(self) -> None:
        for file, unwritten, size in (
            (self._signatures, self._unwritten_signatures, self.count * RECORD_BYTES),
            (self._ids, self._unwritten_ids, self.ids_bytes),
        ):
            if unwritten:
                file.seek(size - len(unwritten))
                file.write(unwritten)
                file.flush()
                unwritten.clear()

    def close(self) -> None:
        """Close the files, which stay. An error of a full disk was reported before."""
        with suppress(OSError):
            self._write()
        for file in (self._signatures, self._ids):
            try:
                file.close()
            except OSError:
                file.raw.close()

    @contextmanager
    def _errors_as_usage(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UsageError(f"{self._folder}: cannot be written: {error.strerror or error}") from error

    def find_or_add(self, id: str, signature_bytes: bytes) -> Duplicate | None:
        """The earlier document that this one duplicates; None if there is none, and this one is added."""
        if not signature_bytes:
            return None
        with self._errors_as_usage():
            return self._find_or_add(
                id,
                signature_bytes[:MINHASH_BYTES],
                np.frombuffer(signature_bytes, "<u8", offset=MINHASH_BYTES),
            )

    def _find_or_add(self, id: str, minhash_bytes: bytes, bands: Hashes64) -> Duplicate | None:
        similarity, number = self._most_similar(minhash_bytes, bands)
        if similarity >= MIN_SIMILARITY:
            return Duplicate(self._read_id(number), similarity)
        if self.count == MAX_SPARSE_DOCUMENTS and isinstance(self._table, _SparseTable):
            self._table = self._table.as_dense()
        self._table.add(bands, self.count)
        self._append(id, minhash_bytes)
        return None

    def _append(self, id: str, minhash_bytes: bytes) -> None:
        line = dumps({"id": id}) + b"\n"
        record = self.ids_bytes.to_bytes(ID_OFFSET_BYTES) + minhash_bytes
        self._unwritten_signatures += record
        self._unwritten_ids += line
        self.count += 1
        self.ids_bytes += len(line)
        signatures_checksum, ids_checksum = self.checksums
        self.checksums = zlib.crc32(record, signatures_checksum), zlib.crc32(line, ids_checksum)
        if len(self._unwritten_signatures) > MAX_UNWRITTEN_BYTES:
            self._write()

    def _most_similar(self, minhash_bytes: bytes, bands: Hashes64) -> tuple[float, int]:
        """The similarity and number of the most similar document, among equals of the earliest."""
        candidates = (
            (self._similarity(minhash_bytes, number), -number) for number in self._table.find(bands)
        )
        similarity, number = max(candidates, default=(0.0, 0))
        return similarity, -number

    def _read_record(self, number: int) -> bytes:
        at = number * RECORD_BYTES - (self.count * RECORD_BYTES - len(self._unwritten_signatures))
        if at >= 0:
            return bytes(self._unwritten_signatures[at : at + RECORD_BYTES])
        self._signatures.seek(number * RECORD_BYTES)
        return bytes(self._signatures.read(RECORD_BYTES))

    def _similarity(self, minhash_bytes: bytes, number: int) -> float:
        other = self._read_record(number)[ID_OFFSET_BYTES:]
        if other[:DIGEST_BYTES] == minhash_bytes[:DIGEST_BYTES]:
            return 1.0
        same = np.frombuffer(other, "<u2", offset=DIGEST_BYTES) == np.frombuffer(
            minhash_bytes, "<u2", offset=DIGEST_BYTES
        )
        return min(round(float(same.mean()), 2), 0.99)

    def _read_id(self, number: int) -> str:
        offset = int.from_bytes(self._read_record(number)[:ID_OFFSET_BYTES])
        at = offset - (self.ids_bytes - len(self._unwritten_ids))
        if at >= 0:
            line = bytes(self._unwritten_ids[at : self._unwritten_ids.index(b"\n", at)])
        else:
            self._ids.seek(offset)
            line = self._ids.readline()
        return str(loads(line)["id"])


class _Table:
    """Numbers of documents by the hashes of their bands: of two bands in one slot the later one is there."""

    def __init__(self, slots: int) -> None:
        self._slot_mask = np.uint64(slots - 1)
        self.tags = np.zeros(slots, dtype=np.uint32)
        self.numbers = np.zeros(slots, dtype=np.uint32)  # plus 1: 0 marks an empty slot

    def find(self, bands: Hashes64) -> set[int]:
        """The documents that have one of the bands."""
        slots = bands & self._slot_mask
        hits = self.numbers[slots][self.tags[slots] == _slot_tags(bands)]
        return {number - 1 for number in hits.tolist() if number}

    def add(self, bands: Hashes64, number: int) -> None:
        """Enter the bands of a document."""
        slots = bands & self._slot_mask
        self.tags[slots] = _slot_tags(bands)
        self.numbers[slots] = np.uint32(number + 1)

    def add_many(self, bands: Hashes64, first: int) -> None:
        """Enter documents in a row, a row of bands each."""
        slots = bands & self._slot_mask
        self.tags[slots] = _slot_tags(bands)
        self.numbers[slots] = np.arange(first + 1, first + 1 + len(bands), dtype=np.uint32)[:, None]


class _SparseTable:
    """The same as a `_Table` holds, in memory that grows with what it holds."""

    def __init__(self, slots: int) -> None:
        self._n_slots, self._slot_mask = slots, slots - 1
        self._entries: dict[int, int] = {}  # by slot: the tag in the upper 32 bits, the number in the lower

    def find(self, bands: Hashes64) -> set[int]:
        """The documents that have one of the bands."""
        found = set[int]()
        for band in bands.tolist():
            entry = self._entries.get(band & self._slot_mask)
            if entry is not None and entry >> 32 == band >> 32:
                found.add(entry & 0xFFFFFFFF)
        return found

    def add(self, bands: Hashes64, number: int) -> None:
        """Enter the bands of a document."""
        for band in bands.tolist():
            self._entries[band & self._slot_mask] = band >> 32 << 32 | number

    def add_many(self, bands: Hashes64, first: int) -> None:
        """Enter documents in a row, a row of bands each."""
        for number, row in enumerate(bands, first):
            self.add(row, number)

    def as_dense(self) -> _Table:
        """The same as arrays."""
        table = _Table(self._n_slots)
        slots = np.fromiter(self._entries, np.int64, len(self._entries))
        entries = np.fromiter(self._entries.values(), np.uint64, len(self._entries))
        table.tags[slots] = _slot_tags(entries)
        table.numbers[slots] = (entries & np.uint64(0xFFFFFFFF)).astype(np.uint32) + np.uint32(1)
        return table


def without_bands(signature_bytes: bytes) -> bytes:
    """A signature without what can be computed again from the rest."""
    return signature_bytes[:MINHASH_BYTES]


def with_bands(minhash_bytes: bytes) -> bytes:
    """The signature again."""
    if not minhash_bytes:
        return b""
    minima = np.frombuffer(minhash_bytes, "<u2", offset=DIGEST_BYTES)
    return minhash_bytes + _band_hashes(minima[None]).astype("<u8").tobytes()


def _slot_tags(bands: Hashes64) -> NDArray[np.uint32]:
    return (bands >> np.uint64(32)).astype(np.uint32)


def _open_truncated(path: Path, size: int) -> Any:
    """Open for reading and writing, cut to `size` bytes."""
    if size and (not path.exists() or path.stat().st_size < size):
        raise DamagedFileError(f"{path}: is shorter than it was; --restart begins anew")
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(size)
    return file


def _band_hashes(minima: NDArray[np.uint16]) -> Hashes64:
    """For each signature, one hash for each band of its minima; the same minima in another band differ."""
    rows = minima.astype(np.uint64).reshape(len(minima), BAND_COUNT, MINIMA_PER_BAND)
    mixed = np.arange(1, BAND_COUNT + 1, dtype=np.uint64)[None]
    for column in range(MINIMA_PER_BAND):
        mixed = _mix_bits(mixed * np.uint64(0x9E3779B97F4A7C15) + rows[:, :, column])
    return mixed
