"""Elements with a class of their own that say the same each time: labels and boxes go, speakers stay."""

from __future__ import annotations

import pytest

from cleaner.document import Document
from cleaner.pipeline import clean
from cleaner.settings import Settings

PARAGRAPHS = (
    "I raised the flag at noon, and the train that had waited in the cutting since dawn moved at once.",
    "Nobody had told me why I stood there, and nobody told me why I went on, but they cheered at the bridge.",
    "The second train left an hour later, with its lamps unlit, and I did not see it stop on the line.",
    "There was no second train, or none that I was told of, and I have been there for thirty years.",
    "A clerk at the junction wrote down both numbers in his book, and put a mark behind the second one.",
    "The book is still there, and anyone who asks may read in it, though few have asked for it since.",
)


def cleaned(*elements: str) -> str:
    """The text of an article in which these elements stand above the paragraphs, by turns."""
    parts = (f"{elements[k % len(elements)]}<p>{text}</p>" for k, text in enumerate(PARAGRAPHS))
    page = f"<html><body><article>{''.join(parts)}</article></body></html>"
    return clean(Document("a", page, "html"), Settings(effort="fast")).text


@pytest.mark.parametrize(
    "elements",
    [
        ("<p class=label>Article content</p>",),
        ("<div class=embed><p>Player of a third party</p><p>Show it all the same</p></div>",),
    ],
)
def test_a_label_and_a_box_go(elements: tuple[str, ...]) -> None:
    assert cleaned(*elements).splitlines() == [*PARAGRAPHS]


@pytest.mark.parametrize(
    "elements",
    [
        ("<p class=speaker>Signalman</p>", "<p class=speaker>Driver</p>"),
        ("<p class=question>Q:</p>", "<p class=answer>A:</p>"),
        ("<h3 class=sub>Ingredients</h3>", "<h3 class=sub>Method</h3>"),
        ("<h3 class=ingredients>Ingredients</h3>", "<h3 class=method>Method</h3>"),
    ],
)
def test_speakers_and_headings_stay(elements: tuple[str, ...]) -> None:
    assert len(cleaned(*elements).splitlines()) == 2 * len(PARAGRAPHS)
