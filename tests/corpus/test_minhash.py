from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.corpus import minhash
from cleaner.corpus.minhash import Duplicate, DuplicateIndex, signature
from cleaner.errors import UsageError

WORDS = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("ano", "eli", "oru", "usta", "imme", "ark")]


def text(seed: int, words: int = 300) -> str:
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) for _ in range(words))


def changed(original: str, share: float, seed: int = 1) -> str:
    draw = random.Random(seed)
    return " ".join(w if draw.random() > share else draw.choice(WORDS) for w in original.split())


def shingles(one: str) -> set[tuple[str, ...]]:
    words = one.split()
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def see(seen: DuplicateIndex, *texts: str) -> list[Duplicate | None]:
    return [seen.find_or_add(str(n), signature(one)) for n, one in enumerate(texts)]


def test_exact_near_and_different(tmp_path: Path) -> None:
    first = text(1)
    near = changed(first, 0.01)
    truly = len(shingles(first) & shingles(near)) / len(shingles(first) | shingles(near))
    found = see(DuplicateIndex(tmp_path), first, text(2), first.upper() + " .", near, text(3))
    assert found[:2] == [None, None] and found[4] is None
    assert found[2] == Duplicate("0", 1.0)
    assert found[3] and found[3].id == "0"
    assert found[3].similarity == pytest.approx(truly, abs=0.1)


def test_a_small_index_finds_what_a_large_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text(n % 12) if n % 3 else changed(text(n % 12), 0.01, n) for n in range(40)]
    found = []
    for limit in (0, 5, 4096):
        monkeypatch.setattr(minhash, "MAX_SPARSE_DOCUMENTS", limit)
        found.append(see(DuplicateIndex(tmp_path / str(limit)), *texts))
    assert found[0] == found[1] == found[2]
    assert sum(one is None for one in found[0]) < 30


def test_all_point_to_the_first(tmp_path: Path) -> None:
    first = text(1)
    near = changed(first, 0.01)
    assert [one and one.id for one in see(DuplicateIndex(tmp_path), first, near, near, near)] == [
        None,
        "0",
        "0",
        "0",
    ]


def test_texts_of_few_words_and_none(tmp_path: Path) -> None:
    found = see(DuplicateIndex(tmp_path), "", "Hello there", "Hello, there!", "", "Hello you", "...")
    assert found == [None, None, Duplicate("1", 1.0), None, None, None]


def test_languages_without_spaces(tmp_path: Path) -> None:
    line = "山の上の小屋は冬のあいだ閉まっていて、歩く人は谷の村で夜を過ごします。屋根は嵐で飛ばされました。"
    [_, near] = see(DuplicateIndex(tmp_path), f"{line}春に開きます。", f"{line}夏に開きます。")
    assert near and near.similarity > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.01, 0.02, 0.1, 0.3])
def test_similarity_is_what_shingles_say(tmp_path: Path, share: float) -> None:
    off = []
    for seed in range(20):
        first = text(seed)
        other = changed(first, share, seed)
        truly = len(shingles(first) & shingles(other)) / len(shingles(first) | shingles(other))
        found = see(DuplicateIndex(tmp_path / f"{seed}"), first, other)[1]
        off.append((found.similarity if found else 0) - truly if found or truly > 0.9 else 0)
    assert max(map(abs, off)) < 0.15


def test_it_goes_on_where_it_was_left(tmp_path: Path) -> None:
    texts = [text(n) for n in range(40)] + [changed(text(n), 0.01) for n in range(40)] + [text(7)]
    whole = see(DuplicateIndex(tmp_path / "a"), *texts)
    part = DuplicateIndex(tmp_path / "b")
    before = [part.find_or_add(str(n), signature(one)) for n, one in enumerate(texts[:50])]
    count, size = part.count, part.ids_bytes
    for n in range(50, 60):  # these were not yet written down when the run was killed
        part.find_or_add(str(n), signature(texts[n]))
    part.close()
    again = DuplicateIndex(tmp_path / "b", count, size)
    after = [again.find_or_add(str(n), signature(texts[n])) for n in range(50, len(texts))]
    assert before + after == whole
    assert whole[-1] == Duplicate("7", 1.0)
    assert sum(one is not None for one in whole) > 38


@pytest.mark.slow
def test_a_full_index_forgets_and_goes_on(tmp_path: Path) -> None:
    seen = DuplicateIndex(tmp_path, slots=1 << 10)
    for n in range(2000):
        assert seen.find_or_add(str(n), signature(text(n, 20))) is None
    assert seen.find_or_add("again", signature(text(1999, 20))) == Duplicate("1999", 1.0)


@pytest.mark.slow
def test_long_texts_are_compared_by_their_start(tmp_path: Path) -> None:
    long = text(1, 250_000)
    assert signature(long) == signature(" ".join(long.split()[:200_000]))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    seen = DuplicateIndex(tmp_path)
    seen._signatures = open("/dev/full", "r+b")  # noqa: SIM115, PTH123 - closed by `close`
    with pytest.raises(UsageError, match=f"{tmp_path}: cannot be written: No space left"):
        for number in range(1000):
            seen.find_or_add(str(number), signature(text(number, 20)))
    seen.close()


@given(st.text(f"{minhash.COMMON_SIGNS}aZ9_ \tİßé語ก-.", max_size=40))
def test_words_are_those_of_the_pattern(line: str) -> None:
    wanted = minhash.WORD_PATTERN.findall(line.casefold())
    assert minhash._words(line) == [word.encode() for word in wanted]
