from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from cleaner.corpus import compression as streams

PACK: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a.html", (".html", "")),
        ("A.HTML.GZ", (".html", ".gz")),
        ("in.d/a", ("", "")),
        ("a.gz", ("", ".gz")),
        ("a.tar.zst", (".tar", ".zst")),
        (".html", ("", "")),
        ("-", ("", "")),
    ],
)
def test_suffixes(name: str, wanted: tuple[str, str]) -> None:
    assert streams.split_suffixes(name) == wanted


def test_lines_lose_their_ends_and_nothing_else() -> None:
    assert [*streams.read_lines(io.BytesIO(b"a \r\n\n\x85b\x0bc\nlast"))] == [
        b"a ",
        b"",
        b"\x85b\x0bc",
        b"last",
    ]
    assert [*streams.read_lines(io.BytesIO(b""))] == []


def test_a_line_at_the_cap_and_one_beyond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "CHUNK_BYTES", 2)
    found = [*streams.read_lines(io.BytesIO(b"1234\n12345\n123456789\n1\n12345"), 4)]
    assert found == [b"1234", None, None, b"1", None]


def test_a_document_at_the_cap_and_one_beyond(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1234")
    assert streams.read_whole(str(tmp_path / "a"), max_bytes=4) == b"1234"
    (tmp_path / "a").write_bytes(b"12345")
    with pytest.raises(streams.TooLargeError):
        streams.read_whole(str(tmp_path / "a"), max_bytes=4)


def stdin_of(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("packing", ["", *streams.DECOMPRESSORS])
@pytest.mark.parametrize(
    ("text", "first_line"),
    [
        (b"", b""),
        (b"\n", b"\n"),
        (b"one", b"one"),
        (b"one\ntwo\n", b"one\n"),
        (b"\xef\xbb\xbf\n \r\none\ntwo", b"one\n"),
        (b"x" * (3 << 20) + b"\nrest", b"x" * (3 << 20) + b"\n"),
    ],
)
def test_stdin_is_unpacked_and_its_first_line_looked_at(
    monkeypatch: pytest.MonkeyPatch, text: bytes, first_line: bytes, packing: str
) -> None:
    stdin_of(monkeypatch, PACK[packing](text))
    stream = streams.open_stdin()
    found, head = streams.read_first_line(stream)
    assert found == first_line
    assert streams.read_all(streams.rewound(head, stream)) == text
    assert not sys.stdin.closed


def test_stdin_that_only_begins_like_something_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin_of(monkeypatch, b"BZh is how such a file begins")
    assert streams.read_whole("-") == b"BZh is how such a file begins"
    stdin_of(monkeypatch, gzip.compress(b"cut off" * 500)[:-9])
    with pytest.raises(EOFError):
        streams.read_whole("-")


def test_zstd_frames_one_after_another(tmp_path: Path) -> None:
    pack = zstandard.ZstdCompressor().compress
    (tmp_path / "a.zst").write_bytes(pack(b"one") + pack(b"") + pack(b"two"))
    assert streams.read_whole(str(tmp_path / "a.zst")) == b"onetwo"
    (tmp_path / "a.zst").write_bytes(pack(b"one") + pack(b"two" * 99)[:-3])
    with pytest.raises(EOFError):
        streams.read_whole(str(tmp_path / "a.zst"))
