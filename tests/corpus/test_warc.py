from __future__ import annotations

import gzip
import io
import sys
from collections import Counter
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaner.corpus import warc as archives
from cleaner.corpus.readers import FailedInput, Inputs, ReadOptions, WarcPage, read_inputs
from cleaner.document import Document
from cleaner.errors import ErrorCode

PAGE = "<html><body><p>caf\xe9 number {}</p></body></html>"


def archive(path: Path, *pages: tuple[str, str, bytes], packed: bool = False) -> Path:
    """A file of responses: status, type and body of each, every one after its request."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=packed)
        writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "by hand"}))
        for number, (status, kind, body) in enumerate(pages):
            asked = StatusAndHeaders("GET / HTTP/1.1", [], is_http_request=True)
            given = StatusAndHeaders(status, [("Content-Type", kind)], protocol="HTTP/1.1")
            told = {
                "WARC-Date": f"2024-05-0{number + 1}T00:00:00Z",
                "WARC-Record-ID": f"<urn:uuid:{number}-a>",
            }
            for what, payload, headers in (("request", b"", asked), ("response", body, given)):
                record = writer.create_warc_record(
                    f"http://e.org/{number}", what, payload=io.BytesIO(payload), http_headers=headers,
                    warc_headers_dict=told if what == "response" else None,
                )  # fmt: skip
                writer.write_record(record)
    return path


def pages(number: int) -> list[tuple[str, str, bytes]]:
    return [("200 OK", "text/html", PAGE.format(n).encode()) for n in range(number)]


@pytest.mark.parametrize("packed", [False, True])
def test_pages_with_address_date_and_charset(tmp_path: Path, packed: bool) -> None:
    latin = ("200 OK", "text/html; charset=ISO-8859-1", PAGE.format(1).encode("latin-1"))
    path = archive(tmp_path / f"a.warc{'.gz' * packed}", *pages(1), latin, packed=packed)
    [one, two] = read_inputs([str(path)])
    assert isinstance(one, Document) and isinstance(two, Document)
    assert (one.id, one.kind, one.url) == ("0-a", "html", "http://e.org/0")
    assert one.meta["fields"] == {"warc_date": "2024-05-01T00:00:00Z"}
    assert "caf\xe9 number 0" in one.raw
    assert (two.encoding, two.original) == ("windows-1252", latin[2])


def test_what_is_no_page_is_counted(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "a.warc", ("200 OK", "image/png", b"x"), ("404 Not Found", "text/html", b"<p>gone"),
        *pages(1),
        ("200 OK", "text/html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
    )  # fmt: skip
    skipped: Counter[str] = Counter()
    [one, binary] = read_inputs([str(path)], skipped=skipped)
    assert isinstance(one, Document) and isinstance(binary, FailedInput)
    assert (binary.code, binary.id) == (ErrorCode.BINARY, "3-a")
    assert skipped == {"image/png": 1, "HTTP 404": 1}


def test_packed_and_chunked_bodies(tmp_path: Path) -> None:
    body = gzip.compress(PAGE.format(5).encode())
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    block = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    told = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://e.org\r\n"
    told += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    (tmp_path / "a.warc").write_bytes(told.encode() + block + b"\r\n\r\n")
    [one] = read_inputs([str(tmp_path / "a.warc")])
    assert isinstance(one, Document)
    assert (one.id, "number 5" in one.raw) == ("a.warc:1", True)


@pytest.mark.parametrize("packed", [False, True])
def test_a_truncated_file_is_said_and_pages_before_are_read(tmp_path: Path, packed: bool) -> None:
    path = archive(tmp_path / f"a.warc{'.gz' * packed}", *pages(6), packed=packed)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - (30 if packed else 40)])
    found = [*read_inputs([str(path)])]
    assert [one.id for one in found[:5]] == [f"{n}-a" for n in range(5)]
    last = found[-1]
    assert isinstance(last, FailedInput) and last.code == ErrorCode.UNREADABLE
    assert "truncated" in last.message


def test_garbage_between_records_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = archive(tmp_path / "a.warc", *pages(6))
    whole = path.read_bytes()
    at = whole.index(b"WARC/1.0", len(whole) // 2)
    path.write_bytes(whole[:at] + b"garbage\r\n" * 50 + whole[at:])
    found = [*read_inputs([str(path)])]
    assert sum(isinstance(one, Document) for one in found) >= 3
    assert isinstance(found[-1], FailedInput)
    assert capfd.readouterr().err == ""


def test_a_page_beyond_the_limit(tmp_path: Path) -> None:
    large = ("200 OK", "text/html", b"<p>" + b"x" * (2 << 20))
    [one, broken, two] = read_inputs(
        [str(archive(tmp_path / "a.warc", *pages(1), large, *pages(1)))], ReadOptions(max_bytes=1 << 20)
    )
    assert isinstance(one, Document) and isinstance(two, Document)
    assert isinstance(broken, FailedInput) and broken.code == ErrorCode.TOO_LARGE


@pytest.mark.parametrize("after", range(0, 14, 3))
def test_going_on_after_some_records(tmp_path: Path, after: int) -> None:
    path = archive(tmp_path / "a.warc.gz", *pages(6), packed=True)
    whole = [item for item in Inputs([str(path)]).items() if isinstance(item, WarcPage)]
    rest = [item for item in Inputs([str(path)]).items(0, after) if isinstance(item, WarcPage)]
    assert rest == [page for page in whole if page.index_in_file > after]


def test_the_extra_is_named_when_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "a.warc", *pages(1))
    archives._warcio.cache_clear()
    monkeypatch.setitem(sys.modules, "warcio", None)
    monkeypatch.setitem(sys.modules, "warcio.archiveiterator", None)
    try:
        [broken] = read_inputs([str(path)])
    finally:
        archives._warcio.cache_clear()
    assert isinstance(broken, FailedInput)
    assert "pip install warcio" in broken.message
