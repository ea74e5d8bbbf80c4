"""What a document says of itself: the bytes it came from, and the host of its address."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace

import pytest

from cleaner.document import Block, Document, host_of


def test_a_line_of_text_is_a_block_like_any_other() -> None:
    one, other = Block.of_text(3, "The tide"), Block(3, "The tide")
    assert one == other and hash(one) == hash(other) and repr(one) == repr(other)
    assert replace(one, heading=1) == replace(other, heading=1) and pickle.loads(pickle.dumps(one)) == other


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://User:pw@Example.org:80/x", "example.org"),
        ("http://example.org./", "example.org"),
        ("//example.org/a", "example.org"),
        ("/x", ""),
        ("http://[::1", ""),  # no address at all
        ("", ""),
        (None, ""),
    ],
)
def test_hosts(url: str | None, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("raw", "encoding", "came"),
    [
        ("a\udcff", "utf-8", b"a\xff"),  # a byte that is no UTF-8
        ("caf\xe9", "windows-1252", b"caf\xe9"),
        ("a\ud800", None, b"a\xed\xa0\x80"),  # half of a surrogate pair in text that came as str
    ],
)
def test_the_digest_is_of_the_bytes_that_came(raw: str, encoding: str | None, came: bytes) -> None:
    doc = Document("a", raw, encoding=encoding)
    assert doc.sha256 == hashlib.sha256(came).hexdigest()
    assert doc.original == (raw if encoding is None else came)
