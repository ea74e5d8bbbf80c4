"""A stored HTTP response: its head, and its body out of the codings it was sent in.

Crawlers differ in what they store: some leave the body packed and in chunks as it came, some unpack it and
leave the headers, which then say otherwise. So a body that is not in the coding its headers name, but begins
as a page or a text, is taken as it is.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import zstandard

from cleaner.corpus.compression import ZSTD_CHUNK_BYTES, TooLargeError
from cleaner.errors import MissingExtraError, install_hint

_STATUS_LINE = re.compile(rb"HTTP/\d+(?:\.\d+)?[ \t]+(\d{3})\b")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FOLDED_LINE = re.compile(rb"\r?\n[ \t]+")
_MEDIA_TYPE = re.compile(r"\s*([\w.+-]{1,60}/[\w.+-]{1,100})", re.ASCII)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"(?:\r?\n)?([0-9a-fA-F]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")
# A page starts with a sign that no packed body starts with.
_PAGE_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{\w]")
MAX_CODINGS = 5
MAX_SIZE_LINE = 200  # bytes of the line before a chunk
STEP_BYTES = 1 << 16  # of a packed body, unpacked at a time


class BodyError(ValueError):
    """A body that cannot be taken out of its codings; `decoded` is what was until then."""

    def __init__(self, message: str, decoded: bytes = b"") -> None:
        super().__init__(message)
        self.decoded = decoded


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response; the names of its `headers` are in lower case."""

    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def codings(self) -> tuple[str, ...]:
        """The codings of the body, the first to be taken off first."""
        transfer, content = (self.headers.get(f"{name}-encoding", "") for name in ("transfer", "content"))
        names = [name.strip().lower() for value in (content, transfer) for name in value.split(",")]
        return tuple(name for name in reversed(names) if name not in ("", "identity", "none"))


def parse_response(block: bytes) -> HttpResponse | None:
    """The response that a record's block holds; None where it begins as none."""
    status = _STATUS_LINE.match(block)
    if not status:
        return None
    end = _HEAD_END.search(block)
    head = block[: end.start()] if end else block
    return HttpResponse(
        status[1].decode(), parse_headers(head, "latin-1"), block[end.end() :] if end else b""
    )


def parse_headers(head: bytes, encoding: str) -> dict[str, str]:
    """The headers in the lines after the first, names in lower case; of those with one name the first."""
    headers = dict[str, str]()
    for line in _FOLDED_LINE.sub(b" ", head).split(b"\n")[1:]:
        name, colon, value = line.decode(encoding, "replace").partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip())
    return headers


def media_type(header: str | None) -> str | None:
    """`text/html` of a Content-Type, in lower case; None where it names none."""
    found = _MEDIA_TYPE.match(header or "")
    return found[1].lower() if found else None


def charset(header: str | None) -> str | None:
    """The charset that a Content-Type names."""
    found = _CHARSET.search(header or "")
    return found[1] if found else None


def decode_body(body: bytes, codings: tuple[str, ...], max_bytes: int) -> bytes:
    """The body out of its codings, the first of them first.

    BodyError where it is damaged or in an unknown coding, TooLargeError beyond `max_bytes`, MissingExtraError
    where a library is missing.
    """
    if len(codings) > MAX_CODINGS:
        raise BodyError(f"its body is in {len(codings)} codings; no more than {MAX_CODINGS} are taken off")
    for coding in codings:
        decoder = DECODERS.get(coding)
        if decoder is None:
            raise BodyError(f"its body is in the coding {coding[:40]!r}, which is not one of {KNOWN_CODINGS}")
        body = _decoded(body, coding, decoder, max_bytes)
    return body


Decoder = Callable[[bytes], Iterator[bytes]]


def _decoded(body: bytes, coding: str, decoder: Decoder, max_bytes: int) -> bytes:
    parts, n_bytes = [], 0
    try:
        for part in decoder(body):
            parts.append(part)
            n_bytes += len(part)
            if n_bytes > max_bytes:
                raise TooLargeError(max_bytes)
    except _decode_errors() as error:
        if not n_bytes and _is_unpacked(body, coding):
            return body  # stored out of its coding, under the old headers
        raise BodyError(f"its body is not whole in the coding {coding}: {error}", b"".join(parts)) from error
    return b"".join(parts)


def _is_unpacked(body: bytes, coding: str) -> bool:
    """Whether a body begins as no body in this coding does, but as a page or a text."""
    if coding == "chunked":
        return body.lstrip()[:1] in (b"<", b"{") or len(body.partition(b"\n")[0]) > MAX_SIZE_LINE
    return bool(_PAGE_START.match(body))


def _from_chunks(body: bytes) -> Iterator[bytes]:
    at = 0
    while True:
        size = _CHUNK_SIZE.match(body, at)
        if not size:
            raise ValueError("the size of a chunk is missing" if at < len(body) else "it ends too early")
        start, at = size.end(), size.end() + int(size[1], 16)
        if at == start:
            return
        yield body[start:at]
        if at > len(body):
            raise EOFError("it ends too early")


def _from_zlib(wbits: int) -> Decoder:
    def decode(body: bytes) -> Iterator[bytes]:
        at, member = 0, zlib.decompressobj(wbits)
        while at < len(body) or not member.eof:
            step = body[at : at + STEP_BYTES]
            data = member.decompress(step, 1 << 20)
            at += len(step) - len(member.unconsumed_tail) - len(member.unused_data)
            yield data
            if not data and not step:
                raise EOFError("it ends too early")
            if member.eof:
                if not body.startswith(b"\x1f\x8b", at):
                    return  # what follows is no further member: browsers ignore it
                member = zlib.decompressobj(wbits)

    return decode


def _from_deflate(body: bytes) -> Iterator[bytes]:
    """With the frame that the standard asks for, or without, as some servers send it."""
    try:
        zlib.decompressobj().decompress(body, 1)
        wbits = zlib.MAX_WBITS
    except zlib.error:
        wbits = -zlib.MAX_WBITS
    return _from_zlib(wbits)(body)


def _from_zstd(body: bytes) -> Iterator[bytes]:
    at, frame, is_open = 0, zstandard.ZstdDecompressor().decompressobj(), False
    while at < len(body):
        step = body[at : at + ZSTD_CHUNK_BYTES]
        yield frame.decompress(step)
        is_open = not frame.eof
        at += len(step)
        if frame.eof:
            at -= len(frame.unused_data)
            frame = zstandard.ZstdDecompressor().decompressobj()
    if is_open:
        raise EOFError("it ends too early")


def _from_brotli(body: bytes) -> Iterator[bytes]:
    decompressor = _brotli().Decompressor()
    data = decompressor.process(body, output_buffer_limit=1 << 20)
    while data or not decompressor.can_accept_more_data():
        yield data
        data = decompressor.process(b"", output_buffer_limit=1 << 20)
    if not decompressor.is_finished():
        raise EOFError("it ends too early")


@cache
def _brotli() -> Any:
    try:
        import brotli
    except ImportError as error:
        raise MissingExtraError(f"its body is in the coding br: {install_hint('warc')}") from error
    if not hasattr(brotli.Decompressor, "can_accept_more_data"):
        raise MissingExtraError(
            f"its body is in the coding br, for which brotli is too old: {install_hint('warc')}"
        )
    return brotli


def _decode_errors() -> tuple[type[Exception], ...]:
    """What the decoders raise for a damaged body."""
    errors: tuple[type[Exception], ...] = (ValueError, EOFError, zlib.error, zstandard.ZstdError)
    try:
        return (*errors, _brotli().error)
    except MissingExtraError:
        return errors


DECODERS: dict[str, Decoder] = {
    "chunked": _from_chunks,
    "gzip": _from_zlib(zlib.MAX_WBITS | 16),
    "x-gzip": _from_zlib(zlib.MAX_WBITS | 16),
    "deflate": _from_deflate,
    "br": _from_brotli,
    "zstd": _from_zstd,
}
KNOWN_CODINGS = ", ".join(name for name in DECODERS if name != "x-gzip")
