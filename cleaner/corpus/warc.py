"""The HTML responses of WARC files, each with its address and date; warcio is an extra.

warcio rather than FastWARC, though it takes ten times as long (0.06 ms a record; cleaning a page takes ten):
it reads from any stream of ours, so decompression and its limits stay in one place, and errors of that stream
are passed on; FastWARC 2.0 needs to seek, and panics if it cannot. Both take a truncated file for a complete
one (warcio's issue 138), so lengths are checked here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import cache
from typing import IO, Any

from cleaner.corpus.compression import CHUNK_BYTES, TooLargeError
from cleaner.corpus.parquet import MissingExtraError

HTML_TYPES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Response:
    """One fetched page: its bytes, and what the archive's headers say."""

    payload: bytes
    id: str | None
    url: str | None
    date: str | None
    charset: str | None


@dataclass(frozen=True, slots=True)
class SkippedResponse:
    """A response that is no HTML page; `reason` says what it is."""

    reason: str


@cache
def _warcio() -> Any:
    try:
        import warcio.archiveiterator
    except ImportError as error:
        raise MissingExtraError("WARC needs warcio: pip install warcio") from error
    return warcio


def warc_errors() -> tuple[type[Exception], ...]:
    """What reading a damaged file raises, other than errors of its stream."""
    return (_warcio().exceptions.ArchiveLoadFailed, ValueError, AttributeError)


def read_responses(
    stream: IO[bytes], after: int, max_bytes: int
) -> Iterator[tuple[int, Response | SkippedResponse | TooLargeError | EOFError]]:
    """Responses and the numbers of their records, from 1, after the first `after` records."""
    records = _warcio().archiveiterator.ArchiveIterator(_PartialReadStream(stream))
    for number, record in enumerate(_without_warnings(records), 1):
        if record.rec_type == "response" and number > after:
            yield number, _to_response(record, max_bytes)
    if records.err_count:
        raise ValueError(
            f"{records.err_count} records do not end where they say; what lies there is not read"
        )


class _PartialReadStream:
    """A stream that returns what it has, also if more was asked for: of a truncated compressed file, all that
    can be decompressed is read before the error is raised."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._position = stream, 0

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read1(size)
        self._position += len(data)
        return data

    def tell(self) -> int:
        return self._position


def _without_warnings(records: Any) -> Iterator[Any]:
    """warcio prints its warnings; `read_responses` reports their count once."""
    while True:
        with redirect_stderr(io.StringIO()):
            record = next(records, None)
        if record is None:
            return
        yield record


def _to_response(record: Any, max_bytes: int) -> Response | SkippedResponse | TooLargeError | EOFError:
    http = record.http_headers
    if http is None:
        return SkippedResponse("not HTTP")
    content_type, _, parameters = (http.get_header("Content-Type") or "").partition(";")
    if not str(http.get_statuscode()).startswith("2"):
        return SkippedResponse(f"HTTP {http.get_statuscode()}")
    if content_type.strip().lower() not in HTML_TYPES:
        return SkippedResponse(content_type.strip().lower() or "no type")
    payload = _read_payload(record, max_bytes)
    if not isinstance(payload, bytes):
        return payload
    headers = record.rec_headers
    id = (
        (headers.get_header("WARC-Record-ID") or "")
        .removeprefix("<")
        .removesuffix(">")
        .removeprefix("urn:uuid:")
    )
    return Response(
        payload,
        id or None,
        headers.get_header("WARC-Target-URI"),
        headers.get_header("WARC-Date"),
        _charset(parameters),
    )


def _read_payload(record: Any, max_bytes: int) -> bytes | TooLargeError | EOFError:
    stream, parts, bytes_left = record.content_stream(), list[bytes](), max_bytes
    while chunk := stream.read(CHUNK_BYTES):
        parts.append(chunk)
        bytes_left -= len(chunk)
        if bytes_left < 0:
            return TooLargeError(max_bytes)
    if getattr(record.raw_stream, "limit", 0) > 0:
        return EOFError("the file ends inside this record: it is truncated")
    return b"".join(parts)


def _charset(parameters: str) -> str | None:
    for part in parameters.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
