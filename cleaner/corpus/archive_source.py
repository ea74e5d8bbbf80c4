"""The decompressed bytes of an archive, read on behind what is damaged, and again from an earlier place.

Archives hold their records one after another, and where one is damaged those behind it are wanted all the
same: here a damaged gzip member ends a stretch of bytes, not the file, and what was read can be put back.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from cleaner.corpus import compression as streams

READ_BYTES = 1 << 16
# Bytes read a second time since something is damaged, in all of one file: files made to be read for ever end.
MAX_REREAD_BYTES = 1 << 30
GZIP_MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")
RECORD_START = b"WARC/"


class GzipMembers:
    """The bytes of the members of a gzip file; after a damaged one, `recover` goes on with the next.

    `has_padding`: whether zeros were between members, or behind the last. A tape has them, and so has a file
    whose end was lost with the power.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._packed = b""  # read and not decompressed yet
        self._position = 0  # in the file, of the end of `_packed`
        self._member, self._member_start, self._is_in_member = zlib.decompressobj(31), 0, False
        self._n_reread, self.has_padding = 0, False

    def read(self, size: int = READ_BYTES) -> bytes:
        """Up to `size` bytes; none at the end. zlib.error or EOFError where a member is damaged or cut."""
        while True:
            if not self._packed and not self._read_packed() and not self._is_in_member:
                return b""
            if not self._is_in_member:
                n_packed = len(self._packed)
                self._packed = self._packed.lstrip(b"\0")
                self.has_padding = self.has_padding or len(self._packed) < n_packed
                if not self._packed:
                    continue
                self._member, self._member_start = zlib.decompressobj(31), self._position - len(self._packed)
                self._is_in_member = True
            data, was_at_end = self._member.decompress(self._packed, size), not self._packed
            self._packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            self._is_in_member = not self._member.eof
            if data:
                return data
            if was_at_end and self._is_in_member:
                raise EOFError("compressed file ended before its end-of-stream marker was reached")

    def _read_packed(self) -> bytes:
        self._packed = self._file.read(READ_BYTES)
        self._position += len(self._packed)
        return self._packed

    def recover(self) -> bool:
        """Go on with the next member that begins with a record; whether there is one."""
        if not self._file.seekable():
            return False
        start = self._member_start + 1
        self._n_reread += self._position - start
        if self._n_reread > MAX_REREAD_BYTES:
            return False
        self._file.seek(start)
        position, packed = start, b""
        while chunk := self._file.read(READ_BYTES):
            packed += chunk
            for found in GZIP_MEMBER.finditer(packed):
                if self._begins_record(position + found.start(), packed[found.start() :]):
                    self._seek(position + found.start())
                    return True
            position, packed = position + len(packed) - 3, packed[-3:]
        return False

    def _begins_record(self, at: int, packed: bytes) -> bool:
        if len(packed) < READ_BYTES // 2:
            back = self._file.tell()
            self._file.seek(at)
            packed = self._file.read(READ_BYTES // 2)
            self._file.seek(back)
        try:
            start = zlib.decompressobj(31).decompress(packed, len(RECORD_START))
        except zlib.error:
            return False
        return start == RECORD_START

    def _seek(self, position: int) -> None:
        self._file.seek(position)
        self._packed, self._position, self._is_in_member = b"", position, False


class ArchiveSource:
    """The decompressed bytes of an archive, with what is needed to find a way through damaged ones.

    Attributes:
        offset: of the next byte, decompressed.
        fault: what ended the bytes before the end of the file; None at its end, and before.
        file: the archive as it is stored.
    """

    def __init__(self, file: IO[bytes], packing: str) -> None:
        self.file, self.offset = file, 0
        self.fault: BaseException | None = None
        self._read_some: Callable[[int], bytes]
        self._packing, self._n_reread = packing, 0
        self._start = file.tell() if file.seekable() else 0
        self._buffer, self._is_at_end = b"", False
        self._open()

    def _open(self) -> None:
        self._members = GzipMembers(self.file) if self._packing == ".gz" else None
        if self._members:
            self._read_some = self._members.read
        else:  # read1 gives what comes before what is damaged
            stream = streams.DECOMPRESSORS[self._packing](self.file) if self._packing else self.file
            self._read_some = getattr(stream, "read1", stream.read)

    def peek(self, size: int) -> bytes:
        """The next bytes, up to `size`: fewer only where they end."""
        if len(self._buffer) < size and not self._is_at_end:
            parts, n_bytes = [self._buffer], len(self._buffer)
            while n_bytes < size and (data := self._read(max(size - n_bytes, READ_BYTES))):
                parts.append(data)
                n_bytes += len(data)
            self._buffer = b"".join(parts)
        return self._buffer[:size]

    def _read(self, size: int) -> bytes:
        try:
            data = self._read_some(min(size, streams.CHUNK_BYTES))
        except streams.READ_ERRORS as error:
            data, self.fault = b"", error
        self._is_at_end = not data
        return data

    def take(self, size: int) -> bytes:
        """The next bytes, up to `size`, which count as read."""
        data = self.peek(size)
        self._buffer = self._buffer[len(data) :]
        self.offset += len(data)
        return data

    def read_line(self, max_bytes: int) -> bytes:
        """The next line with its end, as far as `max_bytes`."""
        size = 256
        while True:
            data = self.peek(size)
            end = data.find(b"\n") + 1
            if end or len(data) < size or size >= max_bytes:
                return self.take(min(end or len(data), max_bytes))
            size = min(size * 2, max_bytes)

    def put_back(self, data: bytes) -> bool:
        """Have `data`, the last bytes read, read once more; False if that was done too often."""
        self._n_reread += len(data)
        if self._n_reread > MAX_REREAD_BYTES:
            return False
        self._buffer, self.offset = data + self._buffer, self.offset - len(data)
        return True

    def go_back(self, offset: int) -> bool:
        """Go on at an earlier offset; False if that is not possible, or was done too often."""
        self._n_reread += self.offset - offset if not self._packing else self.offset
        if not self.file.seekable() or self._n_reread > MAX_REREAD_BYTES:
            return False
        self.file.seek(self._start)
        self._buffer, self._is_at_end, self.fault = b"", False, None
        self._open()
        self.offset = 0
        if not self._packing:
            self.file.seek(self._start + offset)
            self.offset = offset
        while self.offset < offset and self.take(min(offset - self.offset, streams.CHUNK_BYTES)):
            pass
        return self.offset == offset

    @property
    def has_padding(self) -> bool:
        """Whether zeros were passed over that are no part of the packed bytes."""
        return self._members is not None and self._members.has_padding

    def recover(self) -> bool:
        """After a `fault`: go on behind what is damaged; whether there is anything."""
        self.fault, self._buffer = None, b""
        self._is_at_end = not (self._members and self._members.recover())
        return not self._is_at_end


@contextmanager
def open_archive(path: str, stream: IO[bytes] | None = None) -> Iterator[ArchiveSource]:
    """An archive by its path, packed as its first bytes say; or the one that `stream` holds, unpacked."""
    if stream is not None:
        yield ArchiveSource(stream, "")
        return
    with streams.open_as_stored(path) as file:
        yield ArchiveSource(*streams.recognized(file))
