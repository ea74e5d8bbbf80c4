from __future__ import annotations

import threading
import time

import pytest

from cleaner import pipeline
from cleaner.analysis import trafilatura as reference
from cleaner.document import Claim, Document, Metadata
from cleaner.settings import MetadataLevel, Settings

SENTENCE = "The mill on the upper river turned for the last time on Friday, its owner said in the evening. "
PARAGRAPHS = f"<p>{SENTENCE * 2}</p><p>{SENTENCE[4:] * 3}</p>"
TOPICS = ("Weather", "Harvest", "Fairs", "Rivers", "Letters")
PAGE = f"<html><body><article>{PARAGRAPHS}</article></body></html>"


def ask(raw: str, **settings: object) -> reference.ReferenceResult | None:
    return reference.run_trafilatura(Document("a", raw, "html"), Settings(**settings))  # type: ignore[arg-type]


def test_it_answers_with_the_article() -> None:
    told = ask(PAGE)
    assert told and SENTENCE.strip() in told.text


@pytest.mark.parametrize(
    "poison",
    [
        "&#8;",
        "&#x1F;",
        "\x00",
        "\ud800",
        "\x0b",
        "&#0;",
        "<!-- -->",
        "<?xml version='1.0' encoding='latin-1'?>",
    ],
)
def test_what_trips_it_is_stripped_first(poison: str) -> None:
    told = ask(PAGE.replace("<p>", f"<p>{poison}", 1))
    assert told and SENTENCE.strip() in told.text
    told = ask(poison + PAGE)
    assert told and SENTENCE.strip() in told.text


@pytest.mark.parametrize(
    ("part", "want"),
    [
        (
            "<p>The wheel is slow by <math><mi>k</mi><mo>/</mo><mn>12</mn></math> a turn.</p>",
            "slow by k/12 a turn",
        ),
        ("<div class=code-toolbar><pre>wind(3)\nstop(4)</pre></div>", "wind(3)"),
        ("<p>The <ruby>mill<rt>water</rt></ruby> stood on the river.</p>", "The mill stood"),
    ],
)
def test_it_is_shown_what_it_would_not_see(part: str, want: str) -> None:
    told = ask(PAGE.replace("</p>", f"</p>{part}", 1))
    assert told and want in told.text


def test_references_to_letters_are_left_alone() -> None:
    kept = "&#80;&#x41;&#127744;&#10;&#13;&#9;&#xA;&#x7F3;"
    assert reference.LXML_BREAKING.sub("", kept) == kept


def test_it_is_not_asked_for_text_or_in_haste() -> None:
    assert reference.run_trafilatura(Document("a", PAGE, "text"), Settings()) is None
    assert ask(PAGE, effort="fast") is None


def test_it_is_not_asked_about_pages_it_cannot_manage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "_extract", lambda *_, **__: pytest.fail("asked"))
    assert ask("<p>" * (reference.MAX_TAGS + 1)) is None


def test_its_failure_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(reference, "_extract", fail)
    assert ask(PAGE) is None


def test_it_is_given_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    def dawdle(*_: object, **__: object) -> None:
        end = time.monotonic() + 5
        while time.monotonic() < end:
            pass

    monkeypatch.setattr(reference, "_extract", dawdle)
    start = time.monotonic()
    assert ask(PAGE, timeout=0.1) is None
    assert time.monotonic() - start < 2


def test_its_excepts_do_not_swallow_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    def stubborn(*_: object, **__: object) -> None:
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    monkeypatch.setattr(reference, "_extract", stubborn)
    start = time.monotonic()
    assert ask(PAGE, timeout=0.1) is None
    assert time.monotonic() - start < 2


def test_its_metadata_is_asked_for_only_when_wanted() -> None:
    dated = PAGE.replace("<article>", "<article><time datetime='2033-03-05'>5 March 2033</time>")
    cheap, full = ask(dated), ask(dated, metadata="full")
    assert cheap and full and cheap.text == full.text
    assert (cheap.metadata.date, cheap.metadata.claims) == (None, {})
    assert full.metadata.claims["date"] == (Claim("trafilatura", "2033-03-05"),)


def test_the_date_is_the_page_s_whatever_the_day() -> None:
    dated = PAGE.replace("<article>", "<article><time datetime='2033-03-05'>5 March 2033</time>")
    told = ask(dated, metadata="full")
    assert told and told.metadata.date == "2033-03-05"


def test_a_copyright_year_is_no_date() -> None:
    told = ask(PAGE.replace("</article>", "</article><footer>© 2025 Post</footer>"), metadata="full")
    assert told and told.metadata.date is None


def test_it_answers_outside_the_main_thread() -> None:
    told: list[reference.ReferenceResult | None] = []
    thread = threading.Thread(target=lambda: told.append(ask(PAGE)))
    thread.start()
    thread.join()
    assert told[0] and SENTENCE.strip() in told[0].text


def test_no_answer_for_a_page_without_text() -> None:
    assert ask("<html><body></body></html>") is None


MENU = "".join(f"<li><a href='/{topic}/{i}'>{topic}</a></li>" for i in range(16) for topic in TOPICS)
KNOWN = (
    f"<html><head><title>The last turn of the mill</title></head><body><nav><ul>{MENU}</ul></nav>"
    f"<article><h1>The last turn of the mill</h1>{PARAGRAPHS * 5}</article>"
    f"<footer><ul>{MENU}</ul><p>© 2025 The Valley Post</p></footer></body></html>"
)


@pytest.mark.parametrize(
    ("page", "metadata", "asked"),
    [(PAGE, "cheap", 1), (KNOWN, "cheap", 0), (KNOWN, "full", 1)],
    ids=["alone", "known", "known-with-metadata"],
)
def test_it_is_asked_where_the_model_is_not_sure(
    monkeypatch: pytest.MonkeyPatch, page: str, metadata: MetadataLevel, asked: int
) -> None:
    calls: list[str] = []

    def heard(doc: Document, settings: Settings) -> reference.ReferenceResult | None:
        calls.append(doc.id)
        return reference.run_trafilatura(doc, settings)

    monkeypatch.setattr(pipeline, "run_trafilatura", heard)
    clean = pipeline.clean(Document("a", page, "html"), Settings(metadata=metadata))
    assert (len(calls), clean.text.splitlines()[-1]) == (asked, (SENTENCE[4:] * 3).strip())


def test_what_it_says_of_a_page_that_the_model_knows_changes_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = reference.ReferenceResult("Weather\nHarvest", Metadata())
    monkeypatch.setattr(pipeline, "run_trafilatura", lambda *_: wrong)
    cheap, full = (
        pipeline.clean(Document("a", KNOWN, "html"), Settings(metadata=m)) for m in ("cheap", "full")
    )
    assert cheap.text == full.text and cheap.edits == full.edits
