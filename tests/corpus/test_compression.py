from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import zstandard

from cleaner.corpus import compression as streams


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


@pytest.mark.parametrize("text", [b"", b"\n", b"one", b"one\ntwo\n", b"x" * (3 << 20) + b"\nrest"])
def test_stdin_whose_first_line_was_looked_at(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    head = streams.read_stdin_line()
    assert head == text.partition(b"\n")[0] + (b"\n" if b"\n" in text else b"")
    assert streams.read_whole("-", head) == text
    assert not sys.stdin.closed


def test_zstd_frames_one_after_another(tmp_path: Path) -> None:
    pack = zstandard.ZstdCompressor().compress
    (tmp_path / "a.zst").write_bytes(pack(b"one") + pack(b"") + pack(b"two"))
    assert streams.read_whole(str(tmp_path / "a.zst")) == b"onetwo"
    (tmp_path / "a.zst").write_bytes(pack(b"one") + pack(b"two" * 99)[:-3])
    with pytest.raises(EOFError):
        streams.read_whole(str(tmp_path / "a.zst"))
