from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from cleaner.corpus import http_body
from cleaner.corpus.readers import FailedInput, Inputs, ReadOptions, Skipped, WarcPage, read_inputs
from cleaner.corpus.summary import Summary, skipped_message
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
    assert (binary.code, binary.id, binary.url) == (ErrorCode.BINARY, "3-a", "http://e.org/3")
    assert skipped == {"image/png": 1, "HTTP 404": 1, "warcinfo": 1, "request": 4}


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
    assert [one.id for one in found if isinstance(one, Document)] == [f"{n}-a" for n in range(6)]
    [broken] = [one for one in found if isinstance(one, FailedInput)]
    assert f"the 450 bytes from byte {at:,} on: no record" in broken.message
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


def test_a_packed_file_under_another_name(tmp_path: Path) -> None:
    packed = archive(tmp_path / "b.warc", *pages(2), packed=True)
    assert [one.id for one in read_inputs([str(packed)])] == ["0-a", "1-a"]


def test_an_archive_on_stdin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = archive(tmp_path / "a.warc.gz", *pages(2), packed=True).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(whole)))
    assert [one.id for one in read_inputs(["-"])] == ["0-a", "1-a"]


def test_what_fastwarc_writes(tmp_path: Path) -> None:
    fastwarc = pytest.importorskip("fastwarc.warc")
    with (tmp_path / "a.warc").open("wb") as file:
        record = fastwarc.WarcRecord()
        record.init_headers(fastwarc.WarcRecordType.conversion)
        record.headers["WARC-Target-URI"] = "http://e.org/c"
        record.headers["Content-Type"] = "text/plain"
        record.set_bytes_content(TEXT.encode())
        record.write(file, checksum_data=True)
    [one] = read_inputs([str(tmp_path / "a.warc")])
    assert isinstance(one, Document)
    assert (one.kind, one.url, one.raw) == ("text", "http://e.org/c", TEXT)


# -- records made by hand


TEXT = "The ferry leaves at nine.\n\nIt is full of caf\xe9s."


def record(
    kind: str, block: bytes, *headers: str, length: int | str | None = None, ends: bytes = b"\r\n\r\n"
) -> bytes:
    """A record with its mandatory headers and these; `length`: what it says of its block's."""
    names = {line.partition(":")[0] for line in headers}
    lines = [f"WARC-Type: {kind}", "WARC-Record-ID: <urn:uuid:r>", "WARC-Date: 2026-01-02T03:04:05Z"]
    lines = [line for line in lines if line.partition(":")[0] not in names]
    lines += [*headers, f"Content-Length: {len(block) if length is None else length}"]
    return "\r\n".join(["WARC/1.1", *lines, "", ""]).encode() + block + ends


def response(body: bytes, *headers: str, **how: Any) -> bytes:
    """A response with these HTTP headers; it is HTML where they do not say otherwise."""
    if not any(line.lower().startswith("content-type") for line in headers):
        headers = ("Content-Type: text/html", *headers)
    head = "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode()
    return record("response", head + body, "WARC-Target-URI: http://e.org/r", **how)


def read(
    path: Path, *records: bytes, name: str = "a.warc", **how: Any
) -> tuple[list[str], list[str], Counter[str]]:
    """The raw documents, the messages of failures, and what was skipped."""
    (path / name).write_bytes(b"".join(records))
    skipped = Counter[str]()
    found = [*read_inputs([str(path / name)], ReadOptions(**how), skipped=skipped)]
    raws = [one.raw for one in found if isinstance(one, Document)]
    return raws, [one.message for one in found if isinstance(one, FailedInput)], skipped


GOOD = response(b"<p>good</p>")
DIGEST = "WARC-Block-Digest: sha1:" + base64.b32encode(hashlib.sha1(TEXT.encode()).digest()).decode()


@pytest.mark.parametrize("name", ["a.wet", "a.warc.wet", "a.warc.wet.gz", "a.wet.zst", "a.warc"])
def test_flattened_texts_of_common_crawl(tmp_path: Path, name: str) -> None:
    one = record(
        "conversion", TEXT.encode(), "WARC-Target-URI: http://e.org/t", "Content-Type: text/plain",
        "WARC-Identified-Content-Language: eng,fra", DIGEST,
    )  # fmt: skip
    data = record("warcinfo", b"x: y") + one
    if name.endswith((".gz", ".zst")):
        data = gzip.compress(data) if name.endswith(".gz") else zstandard.ZstdCompressor().compress(data)
    (tmp_path / name).write_bytes(data)
    skipped = Counter[str]()
    [doc] = read_inputs([str(tmp_path / name)], skipped=skipped)
    assert isinstance(doc, Document) and skipped == {"warcinfo": 1}
    assert (doc.id, doc.kind, doc.url, doc.raw) == ("r", "text", "http://e.org/t", TEXT)
    assert doc.meta["fields"] == {"warc_date": "2026-01-02T03:04:05Z", "warc_language": "eng,fra"}


def test_plain_text_files_and_what_only_the_crawler_knew_the_type_of(tmp_path: Path) -> None:
    plain = response(TEXT.encode(), "Content-Type: Text/Plain; Charset=utf-8")
    page = response(b"<html><body><p>a page</p>", "Content-Type: text/plain")
    untyped = record(
        "response", b"HTTP/1.1 200 OK\r\n\r\n<p>x</p>", "WARC-Identified-Payload-Type: text/html"
    )
    resource = record(
        "resource", b"<p>file</p>", "Content-Type: text/html", "WARC-Target-URI: http://e.org/f"
    )
    log = record("resource", b"log", "Content-Type: text/plain", "WARC-Target-URI: metadata://wget.log")
    (tmp_path / "a.warc").write_bytes(plain + page + untyped + resource + log)
    found = [*read_inputs([str(tmp_path / "a.warc")])]
    assert [one.kind for one in found if isinstance(one, Document)] == ["text", "html", "html", "html"]


def test_kinds_of_records_that_are_no_document(tmp_path: Path) -> None:
    other = [record(kind, b"") for kind in ("request", "revisit", "metadata", "continuation", "novelty")]
    dns = record("response", b"20260101 e.org. 60 IN A 1.2.3.4", "Content-Type: text/dns")
    pdf = response(b"%PDF", "Content-Type: application/PDF; x=y")
    raws, failures, skipped = read(tmp_path, *other, dns, pdf, response(b"", "Content-Type: \x1b[31m"), GOOD)
    assert (raws, failures) == (["<p>good</p>"], [])
    assert skipped == {
        "request": 1, "revisit": 1, "metadata": 1, "continuation": 1, "unknown type of record": 1,
        "text/dns": 1, "application/pdf": 1, "no content type": 1,
    }  # fmt: skip


def test_thousands_of_content_types_are_not_thousands_of_words(tmp_path: Path) -> None:
    odd = b"".join(response(b"", f"Content-Type: x-odd/{n}") for n in range(700))
    summary = Summary({})
    for item in Inputs([str(write(tmp_path, odd + GOOD))]).items():
        if isinstance(item, Skipped):
            summary.add_passed(item.reason)
    assert (len(summary.passed), summary.passed.total(), summary.passed["of other kinds"]) == (501, 700, 200)
    told = skipped_message(summary.all_skipped())
    assert len(told) < 300 and "of other kinds 200" in told and "and 493 other kinds 493" in told


def write(folder: Path, data: bytes) -> Path:
    (folder / "a.warc").write_bytes(data)
    return folder / "a.warc"


@pytest.mark.parametrize("length", ["99999999999999999999999", "-5", "", "4000", "99999", "12", "1e3", "x"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_length_that_cannot_be_costs_its_record(tmp_path: Path, length: str, packed: bool) -> None:
    records = [GOOD, response(b"<p>wrong</p>", length=length), response(b"<p>next</p>"), GOOD]
    data = [gzip.compress(one) if packed else one for one in records]
    raws, [failure], _ = read(tmp_path, *data, name=f"a.warc{'.gz' * packed}", max_bytes=5000)
    assert raws == ["<p>good</p>", "<p>next</p>", "<p>good</p>"]
    assert "http://e.org/r: its Content-Length" in failure


def test_a_head_without_end_or_type(tmp_path: Path) -> None:
    headless = b"WARC/1.0\r\n" + b"x" * (1 << 20) + b"\r\n\r\n\r\n"
    typeless = record("response", b"x", "WARC-Type:")
    raws, failures, _ = read(tmp_path, GOOD, headless, GOOD, typeless, GOOD)
    assert len(raws) == 3
    assert "its head is longer" in failures[0] and "has no WARC-Type" in failures[-1]


def test_a_damaged_member_costs_its_record(tmp_path: Path) -> None:
    members = [gzip.compress(response(b"<p>%d</p>" % n + os.urandom(50).hex().encode())) for n in range(4)]
    broken = bytearray(members[1])
    broken[len(broken) // 2] ^= 255
    raws, [failure], _ = read(tmp_path, members[0], bytes(broken), *members[2:], name="a.warc.gz")
    assert [raw[:4] for raw in raws] == ["<p>0", "<p>2", "<p>3"]
    assert "is damaged" in failure and "goes on at the next whole member" in failure


def test_records_packed_with_a_dictionary(tmp_path: Path) -> None:
    samples: list[Any] = [GOOD + b"%d" % n * 20 for n in range(200)]
    dictionary = zstandard.train_dictionary(2000, samples)
    packer = zstandard.ZstdCompressor(dict_data=dictionary)
    for words in (dictionary.as_bytes(), zstandard.ZstdCompressor().compress(dictionary.as_bytes())):
        head = b"\x5d\x2a\x4d\x18" + len(words).to_bytes(4, "little") + words
        data = [head, packer.compress(GOOD), packer.compress(GOOD)]
        assert read(tmp_path, *data, name="a.warc.zst")[:2] == (["<p>good</p>"] * 2, [])
        assert "truncated" in read(tmp_path, b"".join(data)[:-3], name="a.warc.zst")[1][0]
        assert "truncated" in read(tmp_path, head[:-3], name="a.warc.zst")[1][0]


def test_what_is_odd_is_counted_and_read(tmp_path: Path) -> None:
    flipped = record("conversion", TEXT.encode() + b"!", "Content-Type: text/plain", DIGEST)
    headless = response(b"<p>odd</p>").replace(b"WARC-Date", b"WARC Date")
    raws, failures, skipped = read(tmp_path, flipped, headless, response(b"<p>end</p>", ends=b""))
    assert (len(raws), failures) == (3, [])
    assert skipped == {
        "block digest differs (read all the same)": 1, "record with a damaged head (read all the same)": 1,
        "record without its two line ends (read all the same)": 1,
    }  # fmt: skip


def test_empty_and_foreign_files_are_said(tmp_path: Path) -> None:
    assert "the file is empty" in read(tmp_path)[1][0]
    assert "no record, which begins with" in read(tmp_path, b"hello\n" * 9)[1][0]
    assert "no record, which begins with" in read(tmp_path, gzip.compress(b"hello"), name="a.warc.gz")[1][0]


# -- bodies


def brotli_of(body: bytes) -> bytes:
    packed: bytes = pytest.importorskip("brotli").compress(body)
    return packed


def zlib_raw(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli_of,
    "zstd": zstandard.ZstdCompressor().compress,
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body) + b"trailing bytes",
    "deflate": zlib.compress,
    "Deflate": zlib_raw,
    "identity": bytes,
    "gzip, br": lambda body: brotli_of(gzip.compress(body)),
}


@pytest.mark.parametrize("coding", PACKERS)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_bodies_are_taken_out_of_their_codings(tmp_path: Path, coding: str, is_chunked: bool) -> None:
    body, headers = PACKERS[coding](PAGE.format(1).encode() * 50), [f"Content-Encoding: {coding}"]
    if is_chunked:
        body = b"%x;name=value\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        headers.append("Transfer-Encoding: chunked")
    raws, failures, _ = read(tmp_path, response(body, *headers), GOOD)
    assert failures == []
    assert raws == [PAGE.format(1) * 50, "<p>good</p>"]


@pytest.mark.parametrize(
    "headers", [["Content-Encoding: gzip"], ["Content-Encoding: br"], ["Transfer-Encoding: chunked"]]
)
def test_a_body_that_the_crawler_unpacked_already(tmp_path: Path, headers: list[str]) -> None:
    assert read(tmp_path, response(b"<p>as it is</p>", *headers))[:2] == (["<p>as it is</p>"], [])


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip", "deflate"])
def test_a_body_that_is_cut_or_expands_too_far_fails_alone(tmp_path: Path, coding: str) -> None:
    packed, bomb = (PACKERS[coding](data) for data in (os.urandom(3000), b"x" * (3 << 20)))
    cut, header = packed[: len(packed) // 2], f"Content-Encoding: {coding}"
    raws, failures, _ = read(tmp_path, response(cut, header), response(bomb, header), GOOD, max_bytes=2 << 20)
    assert raws == ["<p>good</p>"]
    assert f"not whole in the coding {coding}" in failures[0]
    assert "more than 2 MiB" in failures[1]


def test_a_body_that_the_crawler_cut_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    packed = gzip.compress(b"<p>" + os.urandom(9000).hex().encode())[:5000]
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + packed
    (tmp_path / "a.warc").write_bytes(record("response", block, "WARC-Truncated: length"))
    [doc] = read_inputs([str(tmp_path / "a.warc")])
    assert isinstance(doc, Document) and len(doc.raw) > 5000
    assert doc.meta["fields"]["warc_truncated"] == "length"


def test_unknown_codings_and_a_missing_library_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    http_body._brotli.cache_clear()
    monkeypatch.setitem(sys.modules, "brotli", None)
    odd = [response(b"\x01", f"Content-Encoding: {name}") for name in ("dcz", "br", ", ".join(["gzip"] * 9))]
    raws, [unknown, missing, many], _ = read(tmp_path, *odd, GOOD)
    http_body._brotli.cache_clear()
    assert raws == ["<p>good</p>"]
    assert "'dcz', which is not one of chunked, gzip, deflate, br, zstd" in unknown
    assert "pip install 'cleaner[warc]'" in missing
    assert "in 9 codings" in many
