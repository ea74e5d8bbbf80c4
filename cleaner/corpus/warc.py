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

from cleaner.corpus.compression import CHUNK_BYTES, TooLargeError
from cleaner.corpus.parquet import MissingExtraError

HTML_TYPES = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Response:
    """One page as it was fetched: its bytes, and what the archive says of it."""

    payload: bytes
    id: str | None
    url: str | None
    date: str | None
    charset: str | None


@dataclass(frozen=True, slots=True)
class SkippedResponse:
    """A response that is no page, and what it is."""

    reason: str


@cache
def _warcio() -> Any:
    try:
        import warcio.archiveiterator
    except ImportError as error:
        raise MissingExtraError("WARC needs warcio: pip install warcio") from error
    return warcio


def warc_errors() -> tuple[type[Exception], ...]:
    """What a damaged file raises, beside what its stream does."""
    return (_warcio().exceptions.ArchiveLoadFailed, ValueError, AttributeError)


def read_responses(
    stream: IO[bytes], after: int, max_bytes: int
) -> Iterator[tuple[int, Response | SkippedResponse | TooLargeError | EOFError]]:
    """The responses with the numbers of their records, from 1; those up to `after` are passed over."""
    records = _warcio().archiveiterator.ArchiveIterator(_PartialReadStream(stream))
    for number, record in enumerate(_without_warnings(records), 1):
        if record.rec_type == "response" and number > after:
            yield number, _to_response(record, max_bytes)
    if records.err_count:
        raise ValueError(
            f"{records.err_count} records do not end where they say; what lies there is not read"
        )


class _PartialReadStream:
    """A stream that gives what it has rather than wait for all that was asked for: where a packed file ends
    too early, what was unpacked before is read before the error is raised."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._position = stream, 0

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read1(size)
        self._position += len(data)
        return data

    def tell(self) -> int:
        return self._position


def _without_warnings(records: Any) -> Iterator[Any]:
    """warcio prints its warnings; they are counted, and said once."""
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
