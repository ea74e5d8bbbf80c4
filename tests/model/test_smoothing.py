"""What the model says of a kind speaks for each block of it, and never against one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner.document import Block
from cleaner.model.classifier import Prediction, builtin_model
from cleaner.model.smoothing import smooth_by_dom_class

PARAGRAPH = ("html", "body", "main", "div.story", "p")
BUTTON = ("html", "body", "main", "div.story", "div.tools", "button")


def read(p: Sequence[float], paths: Sequence[tuple[str, ...]], words: float = 10.0) -> list[float]:
    """The chances after sharing."""
    blocks = [Block(20 * i, "words of a block", path=path) for i, path in enumerate(paths)]
    shared = smooth_by_dom_class(blocks, reading(p, words))
    assert shared is not None
    return [float(chance) for chance in shared.p_content]


def reading(p: Sequence[float], words: float = 10.0) -> Prediction:
    chances = np.array(p, np.float32)
    stages = builtin_model().stages_by_kind["html"]
    return Prediction(
        stages, chances, np.full(len(p), words), 0.0, 1.0, np.zeros((1, len(p)), np.float32), 0.6
    )


def test_a_paragraph_among_others_of_its_kind_is_taken_along() -> None:
    before = [0.97, 0.96, 0.35, 0.97]
    after = read(before, [PARAGRAPH] * 4)
    assert after[2] > 0.6
    assert after[0] == after[3] == pytest.approx(0.97)


def test_a_kind_speaks_against_none_of_its_blocks_and_for_no_other_kind() -> None:
    before = [0.97, 0.04, 0.04, 0.04, 0.6, 0.96]
    after = read(before, [PARAGRAPH, BUTTON, BUTTON, BUTTON, BUTTON, PARAGRAPH])
    assert after[4] == pytest.approx(0.6)
    assert max(after[1:4]) < 0.1
    assert after[0] == pytest.approx(0.97)


def test_what_is_alone_of_its_kind_stays_as_it_was() -> None:
    paths = [PARAGRAPH, BUTTON, (*PARAGRAPH[:-1], "h2")]
    assert read([0.3, 0.9, 0.001], paths) == pytest.approx([0.3, 0.9, 0.001], rel=1e-4)


def test_ids_numbers_and_what_stands_far_up_tell_no_kinds_apart() -> None:
    posts = [
        ("html", "body", f"div#page-{n}.has-{n}", "ol.posts", f"li#post-{n}.post.post-{n}", "div.text", "p")
        for n in range(2)
    ]
    low, high = read([0.2, 0.8], posts)
    assert low == pytest.approx(1 / 3, rel=1e-3)
    assert high == pytest.approx(0.8)
    other = (*posts[0][:-3], "li.comment", "div.text", "p")
    assert read([0.2, 0.8], [posts[0], other]) == pytest.approx([0.2, 0.8], rel=1e-4)


def test_texts_and_documents_too_large_for_the_model_are_left_alone() -> None:
    blocks = [Block(0, "a line"), Block(10, "another")]
    text = reading([0.2, 0.8])
    assert smooth_by_dom_class(blocks, text) is text
    assert smooth_by_dom_class(blocks, None) is None


kinds = st.sampled_from([PARAGRAPH, BUTTON])


@given(st.lists(st.tuples(st.floats(0, 1), kinds), min_size=1))
def test_chances_only_rise_and_keep_their_order(drawn: list[tuple[float, tuple[str, ...]]]) -> None:
    before, paths = [p for p, _ in drawn], [path for _, path in drawn]
    after = read(before, paths)
    assert all(was - 1e-5 <= now <= 1 for was, now in zip(before, after, strict=True))
    for path in (PARAGRAPH, BUTTON):
        own = sorted((b, a) for b, a, at in zip(before, after, paths, strict=True) if at == path)
        shared = [a for _, a in own]
        assert shared == pytest.approx(sorted(shared), abs=1e-5)
