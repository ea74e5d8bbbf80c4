"""The HTML responses of WARC files, each with its address and date; warcio is an extra.

warcio rather than FastWARC, though it takes ten times as long (0.06 ms a record; cleaning a page takes ten):
it reads from any stream of ours, so expansion and its limits stay in one place, and an error of that stream
comes through; FastWARC 2.0 wants to seek, and panics where it cannot. Both take a file that was cut off for
one that ends (warcio's issue 138), so lengths are checked here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import cache
from typing import IO, Any

from cleaner.corpus.compression import CHUNK, TooLargeError
from cleaner.corpus.parquet import MissingError

HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Response:
    """One page as it was fetched: its bytes, and what the archive says of it."""

    payload: bytes
    id: str | None
    url: str | None
    date: str | None
    charset: str | None


@dataclass(frozen=True, slots=True)
class Other:
    """A response that is no page, and what it is."""

    what: str


@cache
def _warcio() -> Any:
    try:
        import warcio.archiveiterator
    except ImportError as error:
        raise MissingError("WARC needs warcio: pip install warcio") from error
    return warcio


def archive_errors() -> tuple[type[Exception], ...]:
    """What a damaged file raises, beside what its stream does."""
    return (_warcio().exceptions.ArchiveLoadFailed, ValueError, AttributeError)


def responses(
    stream: IO[bytes], after: int, largest: int
) -> Iterator[tuple[int, Response | Other | TooLargeError | EOFError]]:
    """The responses with the numbers of their records, from 1; those up to `after` are passed over."""
    records = _warcio().archiveiterator.ArchiveIterator(_AsItComes(stream))
    for number, record in enumerate(_quietly(records), 1):
        if record.rec_type == "response" and number > after:
            yield number, _response(record, largest)
    if records.err_count:
        raise ValueError(
            f"{records.err_count} records do not end where they say; what lies there is not read"
        )


class _AsItComes:
    """A stream that gives what it has rather than wait for all that was asked for: where a packed file ends
    too early, what was unpacked before is read before the error is raised."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._at = stream, 0

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read1(size)
        self._at += len(data)
        return data

    def tell(self) -> int:
        return self._at


def _quietly(records: Any) -> Iterator[Any]:
    """warcio prints its warnings; they are counted, and said once."""
    while True:
        with redirect_stderr(io.StringIO()):
            record = next(records, None)
        if record is None:
            return
        yield record


def _response(record: Any, largest: int) -> Response | Other | TooLargeError | EOFError:
    http = record.http_headers
    if http is None:
        return Other("not HTTP")
    kind, _, rest = (http.get_header("Content-Type") or "").partition(";")
    if not str(http.get_statuscode()).startswith("2"):
        return Other(f"HTTP {http.get_statuscode()}")
    if kind.strip().lower() not in HTML:
        return Other(kind.strip().lower() or "no type")
    payload = _payload(record, largest)
    if not isinstance(payload, bytes):
        return payload
    told = record.rec_headers
    id = (
        (told.get_header("WARC-Record-ID") or "")
        .removeprefix("<")
        .removesuffix(">")
        .removeprefix("urn:uuid:")
    )
    return Response(
        payload, id or None, told.get_header("WARC-Target-URI"), told.get_header("WARC-Date"), _charset(rest)
    )


def _payload(record: Any, largest: int) -> bytes | TooLargeError | EOFError:
    stream, parts, left = record.content_stream(), list[bytes](), largest
    while chunk := stream.read(CHUNK):
        parts.append(chunk)
        left -= len(chunk)
        if left < 0:
            return TooLargeError(largest)
    if getattr(record.raw_stream, "limit", 0) > 0:
        return EOFError("the file ends inside this record: it is truncated")
    return b"".join(parts)


def _charset(parameters: str) -> str | None:
    for part in parameters.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
