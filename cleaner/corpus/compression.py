"""Opens a path, an address or stdin and decompresses it, with a limit on the bytes of one document."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import PurePath
from typing import IO, Any, cast

import zstandard

from cleaner.errors import CleanerError

# Of one document, or one line of a .jsonl file, decompressed. The longest books are 20 MB of text, and
# cleaning takes some twenty times a document's size in memory; longer files are archives or zip bombs.
MAX_DOCUMENT_BYTES = 64 << 20
CHUNK_BYTES = 1 << 20
# zstd compresses up to 128 KiB into 4 bytes: this much input becomes at most 32 MiB in one step.
ZSTD_CHUNK_BYTES = 1 << 10
XZ_CHUNK_BYTES = 1 << 16
ZSTD_MAGIC, ZSTD_DICTIONARY_MAGIC = b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"
MAX_ZSTD_DICTIONARY_BYTES = 64 << 20
UTF8_BOM = b"\xef\xbb\xbf"


class TooLargeError(CleanerError):
    """A document has more bytes than it may have."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"more than {max_bytes >> 20} MiB in one document; --largest sets the limit")


# What reading and decompressing raise when the file, not the program, is at fault.
READ_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, TooLargeError)


class _RewoundStream(io.RawIOBase):
    """A stream with the bytes that were already read from it put back in front."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = io.BytesIO(head), cast(io.BufferedReader, rest)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head.read(len(buffer)) or self._rest.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _FrameReader(io.RawIOBase):
    """Decompresses frames, one after another.

    Unlike zstandard's own reader it raises EOFError for a truncated file; unlike lzma's it takes the padding
    of zeros that may follow each stream of an .xz file.
    """

    def __init__(
        self, file: IO[bytes], new_frame: Callable[[], Any], chunk_bytes: int, padding: bytes
    ) -> None:
        self._file, self._new_frame, self._chunk_bytes, self._padding = file, new_frame, chunk_bytes, padding
        self._frame = new_frame()
        self._decompressed = b""
        self._in_frame = False  # inside a frame, which may not end the file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._decompressed:
            packed = self._next_packed()
            if packed is None:
                return 0
            self._decompressed = self._frame.decompress(packed)
        size = min(len(buffer), len(self._decompressed))
        buffer[:size], self._decompressed = self._decompressed[:size], self._decompressed[size:]
        return size

    def _next_packed(self) -> bytes | None:
        """What to decompress next: nothing where the frame has more to give, None at the end of the file."""
        packed = b""
        if self._frame.eof:
            packed = self._frame.unused_data.lstrip(self._padding)
            self._frame, self._in_frame = self._new_frame(), False
        elif self._in_frame and not getattr(self._frame, "needs_input", True):
            return packed
        while not packed:
            packed = self._file.read(self._chunk_bytes)
            if not packed and self._in_frame:
                raise EOFError("compressed file ended before its end-of-stream marker was reached")
            if not packed:
                return None
            if not self._in_frame:
                packed = packed.lstrip(self._padding)
        self._in_frame = True
        return packed


class _XzStream:
    """A stream of an .xz file, decompressed at most `CHUNK_BYTES` at a time."""

    def __init__(self) -> None:
        self._stream = lzma.LZMADecompressor()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def decompress(self, packed: bytes) -> bytes:
        return self._stream.decompress(packed, CHUNK_BYTES)


def open_zstd(file: IO[bytes]) -> IO[bytes]:
    """The bytes of zstd frames. The dictionary that may come first, as archives have it, is used.

    That is a frame to be skipped with a magic number of its own; the dictionary in it may be packed as well:
    https://iipc.github.io/warc-specifications/specifications/warc-zstd/
    """
    head = file.read(len(ZSTD_DICTIONARY_MAGIC))
    dictionary = None
    if head == ZSTD_DICTIONARY_MAGIC:
        size = int.from_bytes(file.read(4), "little")
        packed = file.read(min(size, MAX_ZSTD_DICTIONARY_BYTES))
        if len(packed) < size:
            raise EOFError("compressed file ended in its dictionary")
        if packed.startswith(ZSTD_MAGIC):
            packed = zstandard.ZstdDecompressor().decompress(packed, MAX_ZSTD_DICTIONARY_BYTES)
        dictionary, head = zstandard.ZstdCompressionDict(packed), b""
    # made once: a dictionary is digested anew by each
    decompressor = (
        zstandard.ZstdDecompressor(dict_data=dictionary) if dictionary else zstandard.ZstdDecompressor()
    )
    frames = _FrameReader(rewound(head, file), decompressor.decompressobj, ZSTD_CHUNK_BYTES, b"")
    return io.BufferedReader(frames, CHUNK_BYTES)


DECOMPRESSORS: dict[str, Callable[[IO[bytes]], IO[bytes]]] = {
    ".gz": lambda file: cast(IO[bytes], gzip.GzipFile(fileobj=file, mode="rb")),
    ".bz2": lambda file: bz2.BZ2File(file, "rb"),
    ".xz": lambda file: io.BufferedReader(_FrameReader(file, _XzStream, XZ_CHUNK_BYTES, b"\0"), CHUNK_BYTES),
    ".zst": open_zstd,
}

# How what they decompress begins: stdin has no name that says it.
MAGIC = {
    ".gz": re.compile(rb"\x1f\x8b\x08"),
    ".bz2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),  # a block, or the end of none
    ".xz": re.compile(rb"\xfd7zXZ\x00"),
    ".zst": re.compile(rb"\x28\xb5\x2f\xfd|\x5d\x2a\x4d\x18"),
}
MAX_MAGIC_BYTES = 10


def split_suffixes(name: str) -> tuple[str, str]:
    """A file's type suffix and its compression suffix, each possibly empty: `.html`, `.gz`."""
    path = PurePath(name.lower())
    if path.suffix in DECOMPRESSORS:
        return PurePath(path.stem).suffix, path.suffix
    return path.suffix, ""


def is_remote(path: str) -> bool:
    """Whether `path` is an address such as `s3://…`."""
    return "://" in path


def open_as_stored(path: str) -> IO[bytes]:
    """A file's bytes, not decompressed."""
    if is_remote(path):
        from cleaner.corpus.remote import open_remote

        return open_remote(path)
    return open(path, "rb")  # noqa: PTH123 - a path with odd bytes; closed by the caller


@contextmanager
def open_decompressed(path: str, *, look: bool = False) -> Iterator[IO[bytes]]:
    """A file's decompressed bytes. `-` is stdin, which stays open.

    `look`: where no suffix says that the file is packed, its first bytes may.
    """
    if path == "-":
        yield open_stdin()
        return
    with open_as_stored(path) as file:
        packing = split_suffixes(path)[1]
        if look and not packing:
            file, packing = recognized(file)
        if not packing:
            yield file
            return
        with DECOMPRESSORS[packing](file) as stream:
            yield stream


def recognized(file: IO[bytes]) -> tuple[IO[bytes], str]:
    """The file from its start, and the suffix of what its first bytes say it is packed with, or nothing."""
    if file.seekable():
        start = file.tell()
        head = file.read(MAX_MAGIC_BYTES)
        file.seek(start)
    else:
        head = file.readline(MAX_MAGIC_BYTES)  # a line, since more may not come before it is answered
        file = rewound(head, file)
    return file, next((packing for packing, magic in MAGIC.items() if magic.match(head)), "")


def open_stdin() -> IO[bytes]:
    """Stdin's bytes, decompressed where they begin as one of `DECOMPRESSORS` writes."""
    stream, packing = recognized(_stdin())
    return DECOMPRESSORS[packing](stream) if packing else stream


def rewound(head: bytes, stream: IO[bytes]) -> IO[bytes]:
    """The stream with `head`, which was read from it, put back in front."""
    return io.BufferedReader(_RewoundStream(head, stream), CHUNK_BYTES)


def _stdin() -> IO[bytes]:
    """Stdin with a buffer of our own: a thread that waits in Python's keeps the interpreter from ending."""
    return _own_stdin() if sys.stdin is sys.__stdin__ else sys.stdin.buffer


@cache
def _own_stdin() -> IO[bytes]:
    return open(0, "rb", closefd=False)


def read_first_line(stream: IO[bytes], max_bytes: int = MAX_DOCUMENT_BYTES) -> tuple[bytes, bytes]:
    """The first line that is not blank, and all that was read of the stream, which ends with it."""
    head, last = bytearray(), b""
    while len(head) <= max_bytes and (line := stream.readline(max_bytes + 1 - len(head))):
        head += line
        last = line
        if line.removeprefix(UTF8_BOM).strip():
            break
    return last, bytes(head)


def read_whole(path: str, max_bytes: int = MAX_DOCUMENT_BYTES) -> bytes:
    """All of a file that is one document; TooLargeError beyond `max_bytes`."""
    with open_decompressed(path) as stream:
        return read_all(stream, max_bytes)


def read_all(stream: IO[bytes], max_bytes: int = MAX_DOCUMENT_BYTES) -> bytes:
    """All of a stream that is one document; TooLargeError beyond `max_bytes`."""
    parts: list[bytes] = []
    bytes_left = max_bytes
    while chunk := stream.read(CHUNK_BYTES):
        bytes_left -= len(chunk)
        if bytes_left < 0:
            raise TooLargeError(max_bytes)
        parts.append(chunk)
    return b"".join(parts)


def read_lines(stream: IO[bytes], max_bytes: int = MAX_DOCUMENT_BYTES) -> Iterator[bytes | None]:
    """The stream's lines without their line ends; None for a line beyond `max_bytes`."""
    while line := stream.readline(max_bytes + 1):
        if len(line) > max_bytes and not line.endswith(b"\n"):
            while (rest := stream.readline(CHUNK_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line.rstrip(b"\r\n")
