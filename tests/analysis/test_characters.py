"""All lines at once give what each line gives alone, whatever characters they hold."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.characters import DIGIT, CharacterClasses
from cleaner.analysis.normalize import count_words, fold, line_template
from cleaner.analysis.phrases import _is_word_boundary, load_phrases
from cleaner.document import Block, Document

# Scripts without spaces, joiners, superscripts, capitals that change their length, marks, halves of pairs.
CHARS = "abZ 19-'’_あ日กแา่\u1780\u17d2कि\u200cé²Ⓒ𝔸😀.\t>ßİΣς\u0301\u00ad\u00a0\ud800"
LINES = st.lists(st.text(CHARS, max_size=30), max_size=20)


def blocks_of(lines: list[str]) -> BlockIndex:
    doc, blocks, at = Document("a", "\n".join(lines)), list[Block](), 0
    for line in lines:
        blocks.append(Block(at, line))
        at += len(line) + 1
    return BlockIndex(doc, blocks)


@given(LINES)
def test_words_are_counted_as_line_by_line(lines: list[str]) -> None:
    assert CharacterClasses(lines).words == tuple(map(count_words, lines))


@given(LINES)
def test_digits_are_found_where_they_are(lines: list[str]) -> None:
    assert CharacterClasses(lines).contains_class(DIGIT) == [any(map(str.isdigit, line)) for line in lines]


@given(LINES)
def test_lines_are_looked_at_where_a_word_may_end_without_a_sign(lines: list[str]) -> None:
    for line, is_candidate in zip(lines, CharacterClasses(lines).has_joined_words, strict=True):
        assert is_candidate or not any(
            a.isalnum() and b.isalnum() and _is_word_boundary(a, b, allow_joined=True)
            for a, b in pairwise(line)
        )


@given(LINES)
def test_lines_are_folded_as_each_alone(lines: list[str]) -> None:
    blocks = blocks_of(lines)
    assert blocks.folded == tuple(map(fold, lines))
    assert blocks.templates == tuple(line_template(fold(line)) for line in lines)


@given(LINES, st.lists(st.text(CHARS, min_size=1, max_size=3), max_size=3))
def test_signs_are_found_in_the_lines_that_hold_them(lines: list[str], signs: list[str]) -> None:
    blocks = blocks_of(lines)
    holding = [i for i, text in enumerate(blocks.folded) if any(sign in text for sign in signs)]
    assert blocks.containing(signs) == holding


@pytest.mark.slow
def test_every_phrase_is_found_in_a_line_of_its_own() -> None:
    entries = [entry for entry in load_phrases() if entry.mode in ("line", "start")]
    blocks = blocks_of([entry.phrase for entry in entries])
    for i, entry in enumerate(entries):
        assert any(hit.block == i for hit in blocks.phrase_hits(entry.code, entry.mode)), entry


def test_phrases_are_found_where_words_are_glued_together() -> None:
    blocks = blocks_of(["ShareTweetPin", "sharetweetpin", "12Comments"])
    assert 0 in blocks.phrase_only_blocks("share-bar")
    assert 1 not in blocks.phrase_only_blocks("share-bar")
    assert 2 in blocks.phrase_only_blocks("comments")
