"""Why the model takes a block for boilerplate, in words: the features that lowered its score, grouped into
what a person would say."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Features by the start of their name (the first match wins), and the reason they give.
REASON_GROUPS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("vote", "blocks from voted"), "trafilatura's article does not hold it, or what is near"),
    (("rules: comments", "rules: since comments", "near comment"), "stands in or below the comments"),
    (("rules: related", "rules: since related", "near related"), "stands among pointers to other pages"),
    (("rules:",), "the rules know it, or what is around it, as boilerplate"),
    (("near content", "near post", "near main", "near article"), "not in what the page calls its article"),
    (
        ("levels to main", "levels below main", "blocks from main"),
        "outside the part of the page that holds its prose",
    ),
    (("near ",), "its class, id or ancestors name something beside the article"),
    (("links",), "mostly links, or among links"),
    (("tag", "heading", "hidden", "cell", "depth", "gap", "levels", "inner", "preformatted", "paragraph tag"),
     "marked up unlike the page's paragraphs"),
    (("1 up", "2 up", "3 up", "5 up", "same path", "same end"), "its container holds little prose"),
    (("lexicon line", "since known line"), "is, or follows, a line that many sites show around articles"),
    (("document lexicon", "lexicon"), "its words, or those around it, are those of menus and notices"),
    (
        ("same", "copies", "refrains", "since refrains", "until refrains", "words since refrains"),
        "lines like it recur in the document",
    ),
    (
        ("dates", "since dates", "until dates", "words since dates", "times", "years"),
        "stands in a dated list, as comments and teasers do",
    ),
    (("run of list", "words an item", "items within"), "an item among the items of a list"),
    (("topic", "new words", "common words"), "speaks of other things than the main text"),
    (("lines to", "words to", "place in", "loose", "main run"), "stands apart from the main text"),
    (("document",), "the document looks like a page with much around its text"),
    (
        ("prose", "sentences", "ends", "words a sentence", "commas", "small words", "brief words"),
        "no running prose",
    ),
    (
        ("words above", "words below", "lines above", "lines below", "place"),
        "stands where pages put menus and notices",
    ),
    (("words", "size", "run of short"), "a short line among short lines"),
    (("title words", "capital words", "first character"), "written like a title or a label"),
)  # fmt: skip
DEFAULT_REASON = "its characters are those of a label, a date or a list"


@cache
def feature_groups(names: tuple[str, ...]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The number of each feature's group, and the reason each group gives."""
    phrases = [phrase for _, phrase in REASON_GROUPS] + [DEFAULT_REASON]
    group_numbers = [
        next(
            (i for i, (starts, _) in enumerate(REASON_GROUPS) if name.startswith(starts)), len(REASON_GROUPS)
        )
        for name in names
    ]
    return np.array(group_numbers), tuple(phrases)


def top_reasons(
    contributions: NDArray[np.float64], phrases: tuple[str, ...], max_reasons: int = 2
) -> list[str]:
    """For each column of `contributions` (groups x blocks, log-odds for main content) the groups that
    lowered it most, in words."""
    order = np.argsort(contributions, axis=0, kind="stable")[:max_reasons]
    is_against = np.take_along_axis(contributions, order, axis=0) < 0
    return [
        "; ".join(
            [phrases[group] for group, counts_against in zip(groups, flags, strict=True) if counts_against]
        )
        or DEFAULT_REASON
        for groups, flags in zip(order.T.tolist(), is_against.T.tolist(), strict=True)
    ]
