from __future__ import annotations

from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus.output_paths import MAX_PATH_BYTES, PathAllocator, safe_path

ids = st.text(st.characters(), max_size=60) | st.text(alphabet="./\\ ~%:aA\x00é\ud800\udcff", max_size=20)


@pytest.mark.parametrize(
    ("id", "path"),
    [
        ("a.txt", "a.txt"),
        ("A.TXT", "A.TXT"),
        ("a.html", "a.html.txt"),
        ("sub/a b.html.gz", "sub/a b.html.gz.txt"),
        ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd.txt"),
        ("/etc/passwd", "%/etc/passwd.txt"),
        (".", "%2E.txt"),
        (".hidden", "%2Ehidden.txt"),
        ("", "%.txt"),
        ("https://example.com/?q=1", "https%3A/%/example.com/%3Fq=1.txt"),
        ("CON", "%43ON.txt"),
        ("nul.txt", "%6Eul.txt"),
        ("a\\b", "a%5Cb.txt"),
        ("x.txt/y", "x%2Etxt/y.txt"),
        ("odd\udcff", "odd%FF.txt"),
        ("日本", "日本.txt"),
    ],
)
def test_ids_become_safe_paths(id: str, path: str) -> None:
    assert safe_path(id, ".txt") == path


@given(ids)
def test_no_path_leaves_its_folder_or_is_too_long(id: str) -> None:
    path = safe_path(id, ".txt")
    parts = path.split("/")
    assert path.lower().endswith(".txt")
    assert not {"", ".", ".."} & {*parts}
    assert all(len(part.encode()) <= 230 and not part.startswith(".") for part in parts)
    assert "\\" not in path and "\0" not in path


@given(ids, ids)
def test_ids_differ_then_paths_differ(one: str, other: str) -> None:
    """Safe paths decode back, so two are equal only where one id spells the other's suffix."""
    if {one, other} != {one, one + ".txt"} and {one, other} != {other, other + ".txt"} and one != other:
        assert safe_path(one, ".txt") != safe_path(other, ".txt")


def test_paths_decode_back_to_the_id() -> None:
    id = "a%b/c:d/é\udcff. "
    decoded = unquote_to_bytes(safe_path(id, ".txt").removesuffix(".txt"))
    assert decoded.decode("utf-8", "surrogateescape") == id


@pytest.mark.parametrize("id", ["x" * 5000, "é" * 5000, "a/" * 5000 + "b", "日" * 70 + "/" + "日" * 70])
def test_long_ids_are_shortened_and_stay_apart(id: str) -> None:
    paths = {safe_path(id + end, ".txt") for end in ("1", "2")}
    assert len(paths) == 2
    for path in paths:
        assert len(path.encode()) <= MAX_PATH_BYTES + 4
        assert all(len(part.encode()) <= 230 for part in path.split("/"))


def test_taken_names_are_numbered() -> None:
    names = PathAllocator()
    asked = ["a.txt", "a.txt", "A.txt", "a~2.txt", "d/a.txt", "a.txt", "e\u0301.txt", "\xe9.txt"]
    given = [names.allocate(name) for name in asked]
    assert given == [
        "a.txt", "a~2.txt", "A~3.txt", "a~2~2.txt", "d/a.txt", "a~4.txt", "e\u0301.txt", "\xe9~2.txt",
    ]  # fmt: skip


@given(
    st.lists(st.sampled_from(["a.txt", "A.txt", "a~2.txt", "a~3.txt", "a~2~2.txt", "b/a.txt"]), max_size=12)
)
def test_no_two_documents_share_a_name(asked: list[str]) -> None:
    names = PathAllocator()
    given = [names.allocate(name).casefold() for name in asked]
    assert len({*given}) == len(given)


def test_a_million_equal_ids_do_not_take_for_ever() -> None:
    names = PathAllocator()
    assert [names.allocate("a.txt") for _ in range(20_000)][-1] == "a~20000.txt"
