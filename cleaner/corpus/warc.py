"""The pages and texts in WARC and WET files, each with its address and date.

The format is read here rather than by warcio or FastWARC, since both take a truncated file for a complete
one (warcio's issue 138) and end at a Content-Length that cannot be. A record is believed where the next one
begins behind it; one that is not costs itself, and reading goes on at the next line that begins a record.

Format: WARC 1.1, https://iipc.github.io/warc-specifications/; WET: https://commoncrawl.org/get-started.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cleaner.corpus import compression as streams
from cleaner.corpus.archive_source import ArchiveSource
from cleaner.corpus.http_body import charset, media_type, parse_headers, parse_response
from cleaner.document import Kind
from cleaner.errors import ErrorCode

HTML_TYPES = ("text/html", "application/xhtml+xml")
TEXT_TYPE = "text/plain"
# Types of records whose block may be a document, and those that never hold one.
DOCUMENT_RECORDS = ("response", "conversion", "resource")
OTHER_RECORDS = ("warcinfo", "request", "metadata", "revisit", "continuation")
# Resources are files as they are; tools keep their own logs as some, under addresses of other schemes.
FILE_SCHEMES = ("http:", "https:", "ftp:", "file:")
MAX_HEAD_BYTES = 1 << 20
MAX_HTTP_HEAD_BYTES = 1 << 16
DIGEST_HASHES = ("sha1", "sha256", "sha512", "md5")

_VERSION_LINE = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n")
_NEXT_RECORD = re.compile(rb"\n(?=WARC/\d+\.\d+[ \t]*\r?\n)")
_HEADER_LINE = re.compile(rb"(?:[!-9;-~]+:|[ \t])[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*")
MANDATORY_HEADERS = ("warc-record-id", "warc-date")  # beside those without which nothing can be read
SINGLE_HEADERS = (*MANDATORY_HEADERS, "warc-type", "warc-target-uri", "content-type", "content-length")
_RECORD_END = re.compile(rb"(\r?\n){2}")
MAX_MARK_BYTES = 32  # of what `_NEXT_RECORD` matches
DIGEST_DIFFERS = "block digest differs (read all the same)"
ODD_HEAD = "record with a damaged head (read all the same)"
NO_END = "record without its two line ends (read all the same)"
# A tape pads so; or the end of a file was lost with the power, and the records there.
PADDING = "zeros between packed records or behind the last"


@dataclass(frozen=True, slots=True)
class ArchivedDocument:
    """A page or a text as it is stored.

    Attributes:
        codings: of `body`, the first to be taken off first.
        kind: None where only a look at it can say.
        truncated: why the crawler cut the body (`length`, `time`, …), where it did.
    """

    body: bytes
    kind: Kind | None
    id: str | None = None
    url: str | None = None
    date: str | None = None
    language: str | None = None
    charset: str | None = None
    truncated: str | None = None
    codings: tuple[str, ...] = ()

    @property
    def fields(self) -> dict[str, str | None]:
        """What is added to its record."""
        more = {"warc_language": self.language, "warc_truncated": self.truncated}
        return {"warc_date": self.date} | {name: value for name, value in more.items() if value}


class SkippedRecord(NamedTuple):
    """A record that is no document, or something else to be counted; `reason` says what it is."""

    reason: str


class BrokenRecord(NamedTuple):
    """A record that cannot be read, or bytes that are none."""

    message: str
    id: str | None = None
    code: ErrorCode = ErrorCode.UNREADABLE
    url: str | None = None


ArchiveItem = ArchivedDocument | SkippedRecord | BrokenRecord


def read_archive(source: ArchiveSource, max_bytes: int) -> Iterator[ArchiveItem]:
    """What the archive holds, in order. `max_bytes`: of one document."""
    reader = _Reader(source, max_bytes)
    while not reader.is_at_end:
        yield from reader.next_items()


def begins_record(data: bytes) -> bool:
    """Whether bytes begin as a WARC file does."""
    return _VERSION_LINE.match(data) is not None


class _Head(NamedTuple):
    """The head of a record: where it begins, decompressed, and its headers."""

    offset: int
    headers: dict[str, str]
    is_odd: bool = False  # lines of it are no headers, or headers are missing

    @property
    def type(self) -> str:
        return self.headers.get("warc-type", "").lower()

    @property
    def id(self) -> str | None:
        """The id without its brackets and its scheme."""
        id = self.headers.get("warc-record-id", "").removeprefix("<").removesuffix(">")
        return id.removeprefix("urn:uuid:") or None

    @property
    def url(self) -> str | None:
        """The address; old files have it in brackets."""
        return self.headers.get("warc-target-uri", "").removeprefix("<").removesuffix(">") or None

    @property
    def name(self) -> str:
        """The record's name for messages."""
        named = "".join(f", {name}" for name in (self.url or self.id,) if name)
        return f"the record at byte {self.offset:,}{named}"

    def broken(self, message: str, code: ErrorCode = ErrorCode.UNREADABLE) -> BrokenRecord:
        """What is said of the record where it cannot be read."""
        return BrokenRecord(message, self.id, code, self.url)


def _is_odd(lines: Sequence[bytes], headers: Mapping[str, str]) -> bool:
    """Whether lines of a head are no headers, or what has to be there once is not, or is twice."""
    names = Counter(line.partition(b":")[0].decode("ascii", "replace").lower() for line in lines)
    return (
        not all(_HEADER_LINE.fullmatch(line.rstrip(b"\r\n")) for line in lines)
        or not all(map(headers.get, MANDATORY_HEADERS))
        or any(names[name] > 1 for name in SINGLE_HEADERS)
    )


class _Ending(enum.Enum):
    """How a block ends: with two line ends and then a record or nothing; with fewer; with line ends and then
    something else; with something else."""

    WHOLE, SHORT, DOUBTFUL, MISSING = range(4)


class _Reader:
    def __init__(self, source: ArchiveSource, max_bytes: int) -> None:
        self._source, self._max_bytes = source, max_bytes
        self.is_at_end = False

    def next_items(self) -> Iterator[ArchiveItem]:
        """The next record, or what is in its place."""
        source = self._source
        self._skip_line_ends()
        start = source.offset
        if not source.peek(1):
            yield from self._end_of_bytes(f"at byte {start:,}")
        elif not _VERSION_LINE.match(source.peek(MAX_MARK_BYTES)):
            found = self._find_next_record()
            what = (
                f"the {source.offset - start:,} bytes from byte {start:,} on"
                if start or found
                else "the file"
            )
            yield BrokenRecord(f"{what}: no record, which begins with a line such as WARC/1.0")
        elif (head := self._read_head()) is not None:
            yield from self._read_block(head)
        elif source.peek(1):
            yield BrokenRecord(
                f"the record at byte {start:,}: its head is longer than {MAX_HEAD_BYTES:,} bytes"
            )
            self._find_next_record()
        else:
            yield from self._end_of_bytes(f"in the head of the record at byte {start:,}", is_inside=True)

    def _skip_line_ends(self) -> None:
        while (data := self._source.peek(MAX_MARK_BYTES)) and data[:1] in b"\r\n":
            self._source.take(len(data) - len(data.lstrip(b"\r\n")))

    def _end_of_bytes(self, where: str, is_inside: bool = False) -> Iterator[BrokenRecord | SkippedRecord]:
        """The end of the file, or of what can be decompressed before a damaged place."""
        fault = self._source.fault
        if fault is None:
            self.is_at_end = True
            if is_inside:
                yield BrokenRecord(f"the file ends {where}: it is truncated")
            elif not self._source.offset:
                yield BrokenRecord("the file is empty; it should begin with a line such as WARC/1.0")
            elif self._source.has_padding:
                yield SkippedRecord(PADDING)
            return
        is_cut = isinstance(fault, EOFError)
        message = f"compressed data {'ends too early' if is_cut else f'is damaged ({fault})'} {where}"
        self.is_at_end = not self._source.recover()
        if not self.is_at_end:
            yield BrokenRecord(f"{message}; reading goes on at the next whole member")
        elif is_cut:
            yield BrokenRecord(f"{message}: the file is truncated")
        else:
            yield BrokenRecord(f"{message}; nothing behind it can be read")

    def _find_next_record(self) -> bool:
        """Go on where the next record begins, if one does; else at the end of the bytes."""
        source = self._source
        while data := source.peek(streams.CHUNK_BYTES):
            if found := _NEXT_RECORD.search(data):
                source.take(found.end())
                return True
            is_last = len(data) < streams.CHUNK_BYTES
            source.take(len(data) if is_last else len(data) - MAX_MARK_BYTES)
        return False

    def _read_head(self) -> _Head | None:
        """The head of a record; None where the bytes end in it, or it has no end."""
        start, lines, n_bytes = self._source.offset, list[bytes](), 0
        while n_bytes < MAX_HEAD_BYTES:
            line = self._source.read_line(MAX_HEAD_BYTES)
            if not line.endswith(b"\n"):
                return None
            if not line.strip(b"\r\n"):
                headers = parse_headers(b"".join(lines), "utf-8")
                return _Head(start, headers, _is_odd(lines[1:], headers))
            lines.append(line)
            n_bytes += len(line)
        return None

    # -- the block

    def _read_block(self, head: _Head) -> Iterator[ArchiveItem]:
        stated = head.headers.get("content-length", "")
        length = int(stated) if re.fullmatch(r"\d{1,30}", stated, re.ASCII) else None
        if length is None:
            message = f"{head.name}: its Content-Length, {stated[:40]!r}, is no number of bytes"
            yield head.broken(message)
            self._find_next_record()
        elif length > self._max_bytes:
            yield from self._pass_long_block(head, length)
        else:
            yield from self._read_short_block(head, length)

    def _read_short_block(self, head: _Head, length: int) -> Iterator[ArchiveItem]:
        block = self._source.take(length)
        is_cut = len(block) < length
        has_digest = None if is_cut else _has_digest(block, head.headers)
        end = _Ending.MISSING if is_cut else self._ending()
        if end in (_Ending.WHOLE, _Ending.SHORT) or (end is _Ending.DOUBTFUL and has_digest):
            yield _item_of(head, block)
            odd = {NO_END: end is _Ending.SHORT, ODD_HEAD: head.is_odd, DIGEST_DIFFERS: has_digest is False}
            yield from (SkippedRecord(reason) for reason, is_so in odd.items() if is_so)
            return
        yield from self._after_wrong_length(head, length, block)

    def _after_wrong_length(self, head: _Head, length: int, block: bytes) -> Iterator[ArchiveItem]:
        """A block that does not end where it says: reading goes on at the next record, also one inside it."""
        source = self._source
        found = _NEXT_RECORD.search(block + source.peek(MAX_MARK_BYTES))
        if not found and len(block) < length:
            yield from self._cut_block(head)
            return
        yield self._wrong_length(head, length)
        if not found or found.end() > len(block):
            self._find_next_record()
        elif not source.put_back(block[found.end() :]):
            yield self._give_up()

    def _cut_block(self, head: _Head) -> Iterator[ArchiveItem]:
        for item in self._end_of_bytes(f"inside {head.name}", is_inside=True):
            yield item._replace(id=head.id, url=head.url) if isinstance(item, BrokenRecord) else item

    def _wrong_length(self, head: _Head, length: int) -> BrokenRecord:
        message = f"{head.name}: its Content-Length, {length:,}, is not the length of what it holds"
        return head.broken(message)

    def _give_up(self) -> BrokenRecord:
        self.is_at_end = True
        return BrokenRecord(
            f"nothing is read after byte {self._source.offset:,}: what lies there would have to be read again"
        )

    def _ending(self) -> _Ending:
        """How a block ends: by what follows it."""
        data = self._source.peek(MAX_MARK_BYTES)
        line_ends = _RECORD_END.match(data)
        rest = data.lstrip(b"\r\n")
        if rest.strip(b"\0") == b"" or _VERSION_LINE.match(rest):
            return _Ending.WHOLE if line_ends else _Ending.SHORT
        return _Ending.DOUBTFUL if line_ends else _Ending.MISSING

    def _pass_long_block(self, head: _Head, length: int) -> Iterator[ArchiveItem]:
        """A block that is longer than a document may be, or says so. It is read and forgotten."""
        source, item = self._source, self._item_of_long_block(head)
        next_record, n_left, tail = None, length, b""
        while n_left and (data := source.take(min(n_left, streams.CHUNK_BYTES))):
            n_left -= len(data)
            if next_record is None and (found := _NEXT_RECORD.search(tail + data)):
                next_record = source.offset - len(tail + data) + found.end()
            tail = data[-MAX_MARK_BYTES:]
        if not n_left and self._ending() is not _Ending.MISSING:
            yield item
        elif n_left and next_record is None:
            yield from self._cut_block(head)
        else:
            yield self._wrong_length(head, length)
            if next_record is None:
                self._find_next_record()
            elif not source.go_back(next_record):
                yield self._give_up()

    def _item_of_long_block(self, head: _Head) -> ArchiveItem:
        item = _item_of(head, self._source.peek(MAX_HTTP_HEAD_BYTES))
        if not isinstance(item, ArchivedDocument):
            return item
        error = streams.TooLargeError(self._max_bytes)
        return head.broken(f"{head.name}: {error}", ErrorCode.TOO_LARGE)


def _item_of(head: _Head, block: bytes) -> ArchiveItem:
    if not head.type:
        return head.broken(f"{head.name}: has no WARC-Type")
    if head.type not in DOCUMENT_RECORDS:
        return SkippedRecord(head.type if head.type in OTHER_RECORDS else "unknown type of record")
    content_type = head.headers.get("content-type")
    if head.type == "response":
        return _item_of_response(head, block)
    if head.type == "resource" and not (head.url or "").lower().startswith(FILE_SCHEMES):
        return SkippedRecord("resource")
    kind: Kind | None = "text" if head.type == "conversion" else None
    return _document(head, block, content_type, kind)


def _item_of_response(head: _Head, block: bytes) -> ArchiveItem:
    response = parse_response(block)
    if response is None:  # such as an answer of the domain name system, text/dns
        stated_type = media_type(head.headers.get("content-type"))
        return SkippedRecord("not HTTP" if stated_type in (None, "application/http") else str(stated_type))
    if not response.status.startswith("2"):
        return SkippedRecord(f"HTTP {response.status}")
    return _document(head, response.body, response.headers.get("content-type"), None, response.codings)


def _document(
    head: _Head, body: bytes, content_type: str | None, kind: Kind | None, codings: tuple[str, ...] = ()
) -> ArchiveItem:
    """The document, if its type is read; `kind`: of plain text."""
    headers = head.headers
    stated_type = media_type(content_type) or media_type(headers.get("warc-identified-payload-type"))
    if stated_type not in (*HTML_TYPES, TEXT_TYPE):
        return SkippedRecord(stated_type or "no content type")
    return ArchivedDocument(
        body,
        "html" if stated_type in HTML_TYPES else kind,
        head.id,
        head.url,
        headers.get("warc-date"),
        headers.get("warc-identified-content-language"),
        charset(content_type) or ("utf-8" if head.type == "conversion" else None),
        headers.get("warc-truncated"),
        codings,
    )


def _has_digest(block: bytes, headers: Mapping[str, str]) -> bool | None:
    """Whether the block has the digest that the crawler wrote; None where it wrote none that is known."""
    name, _, digest = headers.get("warc-block-digest", "").partition(":")
    name = name.strip().lower().replace("-", "")
    if name not in DIGEST_HASHES:
        return None
    found = hashlib.new(name, block, usedforsecurity=False)
    spellings = (found.hexdigest(), base64.b32encode(found.digest()).decode().rstrip("=").lower())
    return digest.strip().rstrip("=").lower() in spellings
