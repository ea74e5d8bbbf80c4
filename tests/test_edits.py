from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.edits import Edit, Edits, Locator, apply, compose, edits_between, invert, shift_all

texts = st.text(alphabet="ab \né<&\u0301\ud800", max_size=30)


@st.composite
def edits_over(draw: st.DrawFn, text: str, code: str = "x") -> Edits:
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    made: list[Edit] = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        if made and start == made[-1].end:
            continue
        made.append(Edit(start, text[start:end], draw(st.text(alphabet="xyz ", max_size=4)), code))
    return tuple(made)


@given(st.data())
def test_invert_leads_back(data: st.DataObject) -> None:
    raw = data.draw(texts)
    edits = data.draw(edits_over(raw))
    assert apply(apply(raw, edits), invert(edits)) == raw
    assert invert(invert(edits)) == edits


@pytest.mark.slow
@given(st.data())
@settings(max_examples=500)
def test_compose_is_one_after_the_other(data: st.DataObject) -> None:
    raw = data.draw(texts)
    first = data.draw(edits_over(raw, "a"))
    middle = apply(raw, first)
    then = data.draw(edits_over(middle, "b"))
    both = compose(first, then)
    assert apply(raw, both) == apply(middle, then)
    assert all(raw[e.start : e.end] == e.old for e in both)
    assert all(left.end <= right.start for left, right in pairwise(both))


@given(texts, texts)
def test_between_reaches_the_new_text(old: str, new: str) -> None:
    assert apply(old, edits_between(old, new, "x")) == new
    assert apply("__" + old, edits_between(old, new, "x", start=2)) == "__" + new


@given(st.data())
def test_locator_finds_every_untouched_character(data: st.DataObject) -> None:
    raw = data.draw(texts)
    edits = data.draw(edits_over(raw))
    new, where = apply(raw, edits), Locator(edits)
    touched: set[int] = set()
    shift = 0
    for edit in edits:
        touched |= set(range(edit.start + shift, edit.start + shift + len(edit.new)))
        shift += len(edit.new) - len(edit.old)
    for at in set(range(len(new))) - touched:
        assert raw[where.to_raw(at)] == new[at]
        assert where.to_raw(at + 1, end=True) == where.to_raw(at) + 1


def test_apply_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        apply("abc", [Edit(0, "x", "", "x")])
    with pytest.raises(ValueError, match="does not fit"):
        apply("abc", [Edit(0, "ab", "", "x"), Edit(1, "b", "", "x")])


def test_compose_keeps_the_later_code() -> None:
    first = (Edit(1, "&amp;", "&", "entity"),)
    then = (Edit(1, "&", "and", "mojibake"),)
    assert compose(first, then) == (Edit(1, "&amp;", "and", "mojibake"),)


def test_alignment_is_fine_grained() -> None:
    assert [
        e.old
        for e in edits_between(
            "the caf\u00c3\u00a9 is here, na\u00c3\u00afve", "the café is here, naïve", "m"
        )
    ] == [
        "Ã\u00a9",
        "Ã\u00af",
    ]


def test_shifted_moves_all() -> None:
    assert shift_all((Edit(1, "a", "b", "x"),), 4) == (Edit(5, "a", "b", "x"),)
