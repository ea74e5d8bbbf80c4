"""What stands below a clean text's end among sure boilerplate goes; what may be the article's own stays."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from cleaner import clean
from cleaner.analysis.blocks import BlockIndex
from cleaner.decide import tail
from cleaner.decide.evidence import Decision, Evidence
from cleaner.decide.policy import POLICIES
from cleaner.document import Block, Document, Mark, Verdict
from cleaner.model.classifier import Prediction

KEPT = "kept"
PARAGRAPH = (
    "The harbour board will repair the wooden ferry landing before the winter storms return to the bay."
)
TITLE = "Night bus will stop at the hospital again"


def kept_after(
    lines: Sequence[tuple[str, str, float]], policy: str = "clean", keep: frozenset[int] = frozenset()
) -> list[bool]:
    """Which lines stay, of (text, code that cut it or `kept`, probability of being main content)."""
    found, at = list[Block](), 0
    for text, _, _ in lines:
        found.append(Block(at, text))
        at += len(text) + 1
    blocks = BlockIndex(Document("a", "\n".join(text for text, _, _ in lines)), found)
    verdicts = tuple(
        Verdict("body", -4.0) if code == KEPT else Verdict("chrome", 3.0, (Mark(i, code, "chrome", 1.0, ""),))
        for i, (_, code, _) in enumerate(lines)
    )
    p_content = np.array([p for _, _, p in lines])
    prediction = cast(
        "Prediction",
        SimpleNamespace(
            p_content=p_content,
            p_boilerplate=lambda i: 1 - p_content[i],
            log_odds_below=lambda threshold: threshold - p_content,
        ),
    )
    evidence = cast(
        "Evidence",
        SimpleNamespace(blocks=blocks, prediction=prediction, policy=POLICIES[policy], kept_blocks=keep),
    )
    return [not verdict.code for verdict in tail.cut_tail(evidence, Decision(verdicts)).verdicts]


ARTICLE = [(PARAGRAPH, KEPT, 0.9)] * 3
TAGS, SHARE, HEADING = ("Tags: ferry", "topic-tags", 0.1), ("Share", "share-bar", 0.1), ("News", KEPT, 0.02)
STAYS, GOES = [True] * 3, False


def test_what_stands_among_two_kinds_of_boilerplate_goes() -> None:
    lines = [*ARTICLE, TAGS, HEADING, (TITLE, KEPT, 0.05), SHARE, (TITLE, KEPT, 0.05)]
    assert kept_after(lines) == STAYS + [GOES] * 5


def test_below_one_kind_it_stays() -> None:
    assert kept_after([*ARTICLE, TAGS, HEADING, TAGS]) == [*STAYS, GOES, True, GOES]
    cut_by_model = ("News", "line-model", 0.001)
    assert kept_after([*ARTICLE, TAGS, HEADING, cut_by_model]) == [*STAYS, GOES, True, GOES]


@pytest.mark.parametrize(
    ("text", "p"),
    [
        (TITLE, 0.3),
        ("The board meets on Monday.", 0.02),
        (" ".join([TITLE] * 3), 0.02),
    ],
    ids=["likely", "a sentence", "long"],
)
def test_from_a_line_that_may_be_the_articles_own_all_stays(text: str, p: float) -> None:
    lines = [*ARTICLE, TAGS, SHARE, HEADING, (text, KEPT, p), (TITLE, KEPT, 0.02)]
    assert kept_after(lines) == [*STAYS, GOES, GOES, GOES, True, True]


def test_above_the_first_of_them_and_above_the_last_paragraph_all_stays() -> None:
    assert kept_after([*ARTICLE, HEADING, TAGS, SHARE]) == [*STAYS, True, GOES, GOES]
    lines = [*ARTICLE, TAGS, SHARE, HEADING, (PARAGRAPH, KEPT, 0.05)]
    assert kept_after(lines) == [*STAYS, GOES, GOES, True, True]


def test_a_page_and_what_the_settings_keep_are_left_alone() -> None:
    lines = [*ARTICLE, TAGS, SHARE, HEADING]
    assert kept_after(lines, "flattened") == [*STAYS, GOES, GOES, True]
    assert kept_after(lines, keep=frozenset([5])) == [*STAYS, GOES, GOES, True]


def test_the_foot_of_a_norwegian_article_goes() -> None:
    article = (
        "Svømmehallen i Møllegata blir stengt til våren, etter at inspektører fant at takbjelkene over det "
        "minste bassenget er helt råtne.\n"
        "Rundt ni hundre barn hadde svømmetimer der hver uke, og kommunen har bedt to hoteller om å låne "
        "bort bassengene sine om formiddagen.\n"
        "Reparasjonen er anslått til 2,4 millioner, og fylket betaler halvparten hvis arbeidet starter før "
        "utgangen av mars."
    )
    foot = (
        "Emner: svømmehall, reparasjon\nFølg oss på Facebook\nMest lest\n"
        "Lærer fikk pris for kart over brønner\nKommentarer\nAlle rettigheter forbeholdt"
    )
    assert clean(f"{article}\n{foot}").text == article
