"""An article goes on below a box in it: what comes back, what does not, and that it is said."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from cleaner import clean
from cleaner.decide import resumed
from cleaner.decide.evidence import Decision, Evidence
from cleaner.document import Mark, Verdict
from cleaner.model.classifier import Prediction
from tests.decide.test_guard import CUT, KEPT, OTHER, TOPIC, blocks_of, paragraphs

Line = tuple[str, str, float]
HEADING = "Related articles"
BOX: list[Line] = [(HEADING, "read-also", 0.05), ("Harbour crane sold to a museum", "read-also", 0.04)]
ABOVE: list[Line] = [(text, code, 0.98) for text, code in paragraphs(4, KEPT)]


def below(n: int, p: float, text: str = TOPIC, code: str = CUT) -> list[Line]:
    return [(line, code, p) for line, code in paragraphs(n, code, text)]


def looked_at(
    lines: Sequence[Line], kind: str = "text", strength: float = 0.0
) -> tuple[list[bool], str | None]:
    """Which lines stay, of (text, code that cut it or `kept`, probability of main content); the note."""
    paths = [("body", "p")] * len(lines) if kind == "html" else ()
    blocks = blocks_of([text for text, _, _ in lines], paths)
    verdicts = tuple(
        Verdict("body", -4.0) if code == KEPT else Verdict("chrome", 3.0, (Mark(i, code, "chrome", 1.0, ""),))
        for i, (_, code, _) in enumerate(lines)
    )
    prediction = cast("Prediction", SimpleNamespace(p_content=np.array([p for _, _, p in lines])))
    marks = [Mark(len(ABOVE), "read-also", "related", strength, "")] if strength else []
    evidence = cast("Evidence", SimpleNamespace(blocks=blocks, prediction=prediction, marks=marks))
    decision = resumed.keep_resumed_article(evidence, Decision(verdicts))
    return [not verdict.code for verdict in decision.verdicts], decision.note


STAYS = [True] * 4


def test_prose_about_the_same_things_comes_back_and_it_is_said() -> None:
    assert looked_at([*ABOVE, *BOX, *below(3, 0.1)]) == ([*STAYS, False, False, *[True] * 3], "large-cut")


def test_a_sub_heading_between_comes_back_too() -> None:
    lines = [*ABOVE, *BOX, *below(2, 0.1), ("What it costs", CUT, 0.1), *below(2, 0.1)]
    assert looked_at(lines)[0] == [*STAYS, False, False, *[True] * 5]


def test_prose_of_which_a_part_stays_comes_back_whole() -> None:
    lines = [*ABOVE, *BOX, *below(2, 0.3, code=KEPT), *below(2, 0.1)]
    assert looked_at(lines)[0] == [*STAYS, False, False, *[True] * 4]


def test_what_the_model_is_sure_of_stays_cut() -> None:
    assert looked_at([*ABOVE, *BOX, *below(4, 0.02)]) == ([*STAYS, *[False] * 6], None)


def test_other_things_come_back_only_if_the_model_is_not_sure() -> None:
    assert looked_at([*ABOVE, *BOX, *below(4, 0.1, OTHER)]) == ([*STAYS, *[False] * 6], None)
    assert looked_at([*ABOVE, *BOX, *below(4, 0.3, OTHER)])[0] == [*STAYS, False, False, *[True] * 4]


def test_two_sentences_are_a_teaser() -> None:
    assert looked_at([*ABOVE, *BOX, *below(2, 0.2)])[0] == [*STAYS, *[False] * 4]


def test_teasers_below_their_titles_stay_cut() -> None:
    teasers = [line for text in below(4, 0.2) for line in (("A title of another story", CUT, 0.1), text)]
    assert not any(looked_at([*ABOVE, *BOX, *teasers])[0][4:])


def test_comments_and_what_stands_behind_a_long_list_stay_cut() -> None:
    assert looked_at([*ABOVE, *BOX, *below(4, 0.2, code="comments")])[0] == [*STAYS, *[False] * 6]
    titles: list[Line] = [
        (f"Harbour crane {'abcdefghijklmnopqrstuvwxy'[k]} sold", CUT, 0.1) for k in range(22)
    ]
    assert not any(looked_at([*ABOVE, *BOX, *titles, *below(4, 0.2)])[0][4:])


def dated(n: int, day: str = "12 March 2024", day_first: bool = True) -> list[Line]:
    """A box of `n` titles with their days."""
    days: list[Line] = [(day, CUT, 0.05)] * n
    titles: list[Line] = [(f"Harbour crane {'abcdefgh'[k]} sold to a museum", CUT, 0.05) for k in range(n)]
    pairs = zip(days, titles, strict=True) if day_first else zip(titles, days, strict=True)
    return [(HEADING, "read-also", 0.05), *(line for pair in pairs for line in pair)]


OWN_HEADING: Line = ("Oak from the same wood", CUT, 0.1)


@pytest.mark.parametrize("day_first", [True, False])
def test_the_articles_heading_behind_a_box_of_dated_titles_comes_back(day_first: bool) -> None:
    box, rest = dated(3, day_first=day_first), below(3, 0.9, code=KEPT)
    assert looked_at([*ABOVE, *box, OWN_HEADING, *rest])[0] == [*STAYS, *[False] * 7, *[True] * 4]
    # without one all lines are the box's; and where a title has no day nobody can tell
    assert looked_at([*ABOVE, *box, *rest])[0] == [*STAYS, *[False] * 7, *[True] * 3]
    undated = [box[0], *[line for line in box[1:] if line[0] != "12 March 2024"]]
    assert looked_at([*ABOVE, *undated, OWN_HEADING, *rest])[0] == [*STAYS, *[False] * 5, *[True] * 3]


def test_without_a_heading_below_prose_nothing_comes_back() -> None:
    box: list[Line] = [("Ferry news", CUT, 0.05), *BOX[1:]]
    assert not any(looked_at([*ABOVE, *box, *below(4, 0.2)])[0][4:])
    lines = [*ABOVE, *[("Weather", CUT, 0.05)] * 3, *BOX, *below(4, 0.2)]
    assert not any(looked_at(lines)[0][4:])


def test_a_page_is_left_to_its_elements() -> None:
    assert not any(looked_at([*ABOVE, *BOX, *below(4, 0.2)], "html")[0][4:])


def test_a_text_with_a_dated_list_in_it_stays_whole() -> None:
    above = [
        "Die Seilerbahn wurde im Frühjahr geschlossen, als die Eisenbahn kam, und ihr letztes "
        "Seil hängt heute "
        "über der Tür des Gasthauses am Hafen.",
        "Ein Zimmermann hat die lange Halle vermessen und hält es für möglich, dass binnen eines "
        "Jahres wieder "
        "hundert Schritte weit Seile geschlagen werden.",
        "„Wir haben das Rad noch, und das Holz der Halle ist gesund“, sagt er und zeigt auf die "
        "Balken, die seit "
        "1871 das Dach tragen.",
    ]
    box = [
        line
        for k, title in enumerate(
            ("Hafenkran geht an Museum", "Nachtbus fährt wieder", "Neue Bücherei öffnet")
        )
        for line in (f"{12 - k}.03.2024", title)
    ]
    rest = [
        "Der Rat der Stadt will zuerst die Zeichnungen des Zimmermanns sehen und hat das Museum "
        "gebeten, sein "
        "altes Seilerrad für ein Jahr zu verleihen.",
        "Die Halle gehört seit dem Krieg drei Erben, von denen einer in Übersee lebt und auf "
        "Briefe der Stadt "
        "bisher nicht geantwortet hat.",
        "Sollten sie sich einigen, könnte die Seilerbahn im Sommer öffnen, zunächst nur an den "
        "Tagen, an denen "
        "die Eisenbahn Ausflügler bringt.",
    ]
    text = "\n".join((*above, "Mehr zum Thema", *box, *rest))
    assert all(line in clean(text).text for line in (*above, *rest))


def test_a_cut_row_without_words_is_nothing_that_comes_back() -> None:
    stays: list[Line] = below(3, 0.9, code=KEPT)
    found = looked_at([*ABOVE, *BOX, *stays[:2], ("* * *", CUT, 0.1), *stays[2:]])
    assert found == ([*STAYS, False, False, True, True, False, True], None)
