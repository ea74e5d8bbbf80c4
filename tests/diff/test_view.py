from __future__ import annotations

import time
from dataclasses import replace
from functools import cache

import pytest

import cleaner
from cleaner.diff.view import DocumentDiff, Positions, Segment, diff_document
from cleaner.document import Document
from cleaner.edits import apply
from cleaner.output.cleaned import Cleaned, Garbled, GarbledSpan
from cleaner.pipeline import clean
from cleaner.settings import Settings
from tests.cases import RULE_CASES, all_cases
from tests.documents import specimen
from tests.golden import seed_names

# By one process, which cleans each document once (`--dist loadgroup`).
pytestmark = pytest.mark.xdist_group("documents")

ARTICLE = (
    "The hut at the top of the pass is closed this winter, because its roof did not survive the storm.\n"
    "A volunteer found the roof down the slope. [Read more: Ten huts that are open] It was almost whole.\n"
    "The club hopes to open the hut again in June, when the snow has gone and the path is dry.\n"
)


def squeezed(text: str) -> str:
    return "".join(text.split())


CASES = {case.name: case for case in all_cases(RULE_CASES)}


def done_of(name: str) -> Cleaned:
    """A specimen or a case, cleaned."""
    return CASES[name].run() if name in CASES else specimen(name)


@cache
def diff_of(name: str) -> DocumentDiff:
    return diff_document(done_of(name))


EXAMPLES = [*seed_names(), *CASES]
QUICK_STEP = 5  # the quick tests look at every fifth
PARAMETERS = [
    pytest.param(name, marks=pytest.mark.slow if k % QUICK_STEP else ()) for k, name in enumerate(EXAMPLES)
]


@pytest.mark.parametrize("name", PARAMETERS)
def test_both_sides_are_all_there(name: str) -> None:
    done = done_of(name)
    seen = diff_of(name)
    new = "".join(run.new for line in seen.lines for run in line.segments)
    assert squeezed(new) == squeezed(done.text)
    for block, line in zip(done.blocks, seen.lines, strict=True):
        old = "".join(run.old for run in line.segments)
        assert squeezed(old) == squeezed(block.text if done.doc.kind == "html" else block.raw)


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_cut_is_told_with_its_reason(name: str) -> None:
    done = done_of(name)
    seen = diff_of(name)
    cuts = [run for line in seen.lines for run in line.segments if run.change == "cut"]
    assert {run.code for run in cuts} == {cut.code for cut in done.removed}
    for run in cuts:
        reason = seen.reasons[run.reason_index]
        assert (reason.code, bool(reason.label), bool(reason.why)) == (run.code, True, True)
        assert 0 <= reason.opinions[0].strength <= 1


def runs(raw: str) -> list[Segment]:
    return [run for line in diff_document(cleaner.clean(raw, kind="text")).lines for run in line.segments]


def test_repairs_come_word_by_word() -> None:
    assert [(run.change, run.old, run.new) for run in runs("The cafÃ© on the cÃ´te, it’s Ã©tÃ©.")] == [
        ("same", "The ", "The "),
        ("fix", "cafÃ©", "café"),
        ("same", " on the ", " on the "),
        ("fix", "cÃ´te,", "côte,"),
        ("same", " it’s ", " it’s "),
        ("fix", "Ã©tÃ©.", "été."),
    ]


def test_spaces_and_line_ends_go_unsaid() -> None:
    assert {run.change for run in runs("The  boat left.\r\nIt was   late. \r\n")} == {"same"}


def test_a_run_knows_its_place() -> None:
    raw = ARTICLE + "The cafÃ© too.\n"
    for run in runs(raw):
        assert raw[run.offset : run.offset + len(run.old)] == run.old


@pytest.mark.slow
def test_a_word_without_end_is_mended_in_linear_time() -> None:
    def seconds(times: int) -> float:
        done = cleaner.clean("Ã©a" * times, kind="text")
        assert done.edits
        before = time.perf_counter()
        diff_document(done)
        return time.perf_counter() - before

    small = min(seconds(4_000) for _ in range(3))
    assert min(seconds(32_000) for _ in range(3)) < 40 * small


# -- spun phrases


def spun(raw: str, *phrases: tuple[str, str]) -> DocumentDiff:
    done = cleaner.clean(raw, kind="text")
    spans = tuple(
        GarbledSpan(at, at + len(text), text, instead, 4.2)
        for text, instead in phrases
        for at in [done.text.index(text)]
    )
    return diff_document(replace(done, garbled=Garbled(6.8, spans), verdict="garbled"))


def test_spun_phrases_are_told_in_place() -> None:
    seen = spun(ARTICLE, ("volunteer", "helper"), ("The club hopes", "The club wants"), ("dry", "safe"))
    found = [(run.old, run.instead) for line in seen.lines for run in line.segments if run.change == "spun"]
    assert found == [("volunteer", "helper"), ("The club hopes", "The club wants"), ("dry", "safe")]
    assert (seen.verdict, seen.garbled_score, seen.spun) == ("garbled", 6.8, 3)
    assert "4.2 nats" in seen.reasons[seen.lines[1].segments[1].reason_index].why
    assert squeezed("".join(run.old for line in seen.lines for run in line.segments)) == squeezed(ARTICLE)


def test_a_spun_phrase_around_a_cut_or_a_repair_is_told_on_both_sides_once() -> None:
    seen = spun(ARTICLE, ("slope. It was", "hill. It stood"))
    assert [(run.change, run.old, run.instead) for run in seen.lines[1].segments[1:4]] == [
        ("spun", "slope. ", ""),
        ("cut", "[Read more: Ten huts that are open] ", ""),
        ("spun", "It was", "hill. It stood"),
    ]


def test_overlapping_spans_do_not_repeat_text() -> None:
    seen = spun(ARTICLE, ("the storm", "a gale"), ("storm", "gale"))
    assert squeezed("".join(run.old for line in seen.lines for run in line.segments)) == squeezed(ARTICLE)


# -- numbers


@pytest.mark.slow
def test_numbers_add_up() -> None:
    for name in EXAMPLES:
        seen = diff_of(name)
        assert sum(took.times for took in seen.code_totals.values()) == seen.cuts + seen.repairs + seen.spun
        assert 0 <= seen.kept_characters <= seen.characters
        seen_lines = [line for line in seen.lines if line.is_counted]
        cut = sum(len(run.old) for line in seen_lines for run in line.segments if run.change == "cut")
        assert seen.characters - cut == seen.kept_characters or seen.verdict != "clean"


def test_nothing_of_a_withheld_document_is_kept() -> None:
    settings = Settings(language=("fr",))
    assert diff_document(cleaner.clean(ARTICLE, settings=settings)).kept_share == 0
    assert diff_document(cleaner.clean("--- \n\n---")).verdict == "empty"
    assert diff_document(cleaner.clean("")).kept_share == 0


def test_a_title_put_first_is_told() -> None:
    page = f"<title>The roof of the hut</title><article><p>{ARTICLE}</p></article>"
    done = cleaner.clean(page, settings=Settings(title=True))
    first = diff_document(done).lines[0].segments[0]
    assert (first.change, first.old, first.new, first.code) == ("fix", "", "The roof of the hut", "title")
    assert apply(page, done.edits).startswith("The roof of the hut\n\n")


def test_positions_count_as_editors_do() -> None:
    places = Positions("a\nbc\r\n\u2028d")
    assert [places.line_and_column(at) for at in (0, 1, 2, 3, 6, 7)] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
        (3, 1),
        (3, 2),
    ]


def test_the_name_is_the_source_with_the_id_where_it_says_more() -> None:
    def name(id: str, source: str) -> str:
        return diff_document(cleaner.clean("x")).__class__(id, source, "clean").display_name

    assert name("a/b.txt", "in/a/b.txt") == "in/a/b.txt"
    assert name("17", "in/rows.jsonl") == "in/rows.jsonl: 17"
    assert (name("stdin", "-"), name("17", "-")) == ("stdin", "stdin: 17")


def test_a_document_of_its_own_has_a_name() -> None:
    assert diff_document(clean(Document("a.txt", ""))).display_name == "a.txt"
