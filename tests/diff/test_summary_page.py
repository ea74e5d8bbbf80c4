from __future__ import annotations

import json
import re
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cleaner.diff import summary_page as module
from cleaner.diff.html_report import write_html_report
from cleaner.diff.summary_page import (
    SUMMARY_NAME,
    HeavyHitters,
    link_summary,
    remove_summary_html,
    write_summary_html,
)
from cleaner.errors import UsageError
from tests.cli.run import PROSE, cleaner
from tests.diff.conftest import record_events

pytestmark = pytest.mark.slow

JUNK = f"Share Tweet Email\n{PROSE}© 2024 Hollin Courier. All rights reserved.\n"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    raw = tmp_path / "raw"
    raw.mkdir()
    for number in range(4):
        (raw / f"{number}.txt").write_text(JUNK.replace("2024", str(2020 + number // 2)))
    (raw / "page.html").write_text(f"<p>{PROSE}</p><p><a>Share</a> <b>Tweet</b> Email</p><p>{PROSE}</p>")
    rows = [{"id": f"<r{n}>", "text": JUNK} for n in range(3)] + [{"id": "bad"}]
    (raw / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (raw / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0<script>")
    assert cleaner("clean", raw, "-o", tmp_path / "out").code == 3
    return tmp_path / "out"


def cells(page: str, section: str) -> list[list[str]]:
    part = page.partition(f'id="{section}"')[2].partition("</section>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", part, re.DOTALL)
    return [[re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td.*?</td>", row)] for row in rows][1:]


def test_a_run_leaves_its_picture(out: Path) -> None:
    page = (out / SUMMARY_NAME).read_text()
    assert cells(page, "lines")[:2] == [
        ["8", "Share Tweet Email", "share-bar"],
        ["3", "© 2024 Hollin Courier. All rights reserved.", "legal-line"],
    ]
    assert [row[:2] for row in cells(page, "failed")] == [["picture.txt", "binary"], ["bad", "bad-row"]]
    largest = cells(page, "largest")
    assert [int(row[0]) for row in largest] == sorted((int(row[0]) for row in largest), reverse=True)
    assert ["share-bar", "page.html", "Share Tweet Email"] in [row[1:] for row in largest]
    assert {"&lt;r0&gt;"} <= {row[2] for row in largest}
    assert "Counted in 8 of 10 documents" in page


def test_what_is_counted_is_what_a_reader_sees(out: Path) -> None:
    page = (out / SUMMARY_NAME).read_text()
    share_bar = ["share-bar", "chrome", str(8 * len("Share Tweet Email")), "8", ""]
    assert share_bar in cells(page, "codes")
    assert re.search(r"<strong>[89]\d\.\d%</strong> of the visible text kept", page)


def test_the_largest_cuts_lead_to_the_review_page_beside_it(out: Path) -> None:
    assert "cleaner diff INPUT --against OUT" in (out / SUMMARY_NAME).read_text()
    for name in ("other.html", "review.html"):
        assert "<a href" not in (out / SUMMARY_NAME).read_text()
        write_html_report(out / name, ["raw"], [])
        link_summary(out / name)
    assert '<a href="review.html#id=page.html&amp;at=' in (out / SUMMARY_NAME).read_text()


def test_it_is_the_same_again_and_says_nothing_of_sources_that_changed(out: Path) -> None:
    before = (out / SUMMARY_NAME).read_bytes()
    write_summary_html(out)
    assert (out / SUMMARY_NAME).read_bytes() == before
    raw = out.parent / "raw"
    (raw / "0.txt").write_text("other words")
    (raw / "1.txt").unlink()
    (raw / "rows.jsonl").write_text("")
    write_summary_html(out)
    page = (out / SUMMARY_NAME).read_text()
    assert cells(page, "lines") == [
        ["3", "Share Tweet Email", "share-bar"],
        ["2", "© 2021 Hollin Courier. All rights reserved.", "legal-line"],
    ]
    assert "(the source has changed or is gone)" in page and "Counted in 3 of 10 documents" in page


def test_it_stands_only_beside_the_run_it_shows(out: Path) -> None:
    remove_summary_html(out)
    assert not (out / SUMMARY_NAME).exists()
    (out / SUMMARY_NAME).write_text("mine")
    remove_summary_html(out)
    with pytest.raises(UsageError, match="is no page of cleaner's"):
        write_summary_html(out)
    assert (out / SUMMARY_NAME).read_text() == "mine"
    ran = cleaner("clean", out.parent / "raw" / "2.txt", "-o", out, "--restart")
    assert ran.code == 0 and "no summary.html: " in ran.err
    assert (out / SUMMARY_NAME).read_text() == "mine"


def test_rows_from_stdin_have_a_picture_without_their_words(tmp_path: Path) -> None:
    assert cleaner("clean", "-", "-o", tmp_path / "out", stdin=JUNK).code == 0
    page = (tmp_path / "out" / SUMMARY_NAME).read_text()
    assert "Counted in 0 of 1 documents" in page and "No line was cut twice." in page


def test_a_run_of_nothing_has_a_picture(tmp_path: Path) -> None:
    assert cleaner("clean", "-", "-o", tmp_path / "out", stdin="").code == 0
    assert "Nothing was taken." in (tmp_path / "out" / SUMMARY_NAME).read_text()


def test_lines_are_counted_in_bounded_memory() -> None:
    seen, truth = HeavyHitters(100), Counter[str]()
    for n in range(20_000):
        for key in ("often", f"rare {n}", f"sometimes {n % 7}"):
            seen.add((key, "code"))
            truth[key] += 1
    assert len(seen.counts) <= 100
    best = seen.most_common(8)
    assert best[0][0] == ("often", "code")
    for (key, _), number in best:
        assert number <= truth[key] <= number + seen.max_undercount
    assert seen.max_undercount <= 60_000 / 100


def test_of_a_large_run_an_even_sample_is_read(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_REREAD_DOCUMENTS", 4)
    write_summary_html(out)
    page = (out / SUMMARY_NAME).read_text()
    assert "Counted in 3 of 10 documents: an even sample" in page  # rows 0, 3, 6, 9; row 9 or 4 failed
    assert "(the source has changed or is gone)" not in page


def test_of_a_sample_every_document_is_read_again(tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": JUNK.replace("2024", str(2000 + n))} for n in range(20)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert cleaner("clean", tmp_path / "rows.jsonl", "-o", tmp_path / "out", "--sample", "6").code == 0
    lines = cells((tmp_path / "out" / SUMMARY_NAME).read_text(), "lines")
    assert lines[0] == ["6", "Share Tweet Email", "share-bar"]


def test_memory_does_not_grow_with_the_run(tmp_path: Path) -> None:
    def peak(number: int) -> int:
        out = tmp_path / str(number)
        out.mkdir()
        cuts = [{"start": n, "end": n + 9, "code": "share-bar", "label": "chrome"} for n in range(0, 100, 10)]
        row = {"verdict": "clean", "language": "en", "title": None, "garbled": None, "removed": cuts}
        with (out / "manifest.jsonl").open("w") as manifest:
            for n in range(number):
                manifest.write(json.dumps(row | {"id": f"{n}.txt", "source": f"{out}/{n}.txt"}) + "\n")
        counts = {"in": number, "clean": number, "failed": 0}
        characters = {
            "in": number * 200,
            "kept": number * 100,
            "removed": number * 100,
            "held": 0,
            "failed": 0,
        }
        told = {"version": "0", "documents": counts, "characters": characters, "adds_up": True, "codes": {}}
        (out / "summary.json").write_text(json.dumps(told | {"settings": {}}))
        tracemalloc.start()
        write_summary_html(out)
        grown = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return grown

    peak(10)
    # 10,000 rows are 8 MB, twice that as objects; the interpreter's table of path names alone takes 1 MB
    # what another test's thread still allocates counts too, so the smaller of two is asked
    assert min(peak(10_000), peak(10_001)) < peak(1_000) + 2_000_000


def test_it_looks_right_in_a_browser(out: Path, browser: Browser) -> None:
    said: list[str] = []
    page = browser.new_page(viewport={"width": 390, "height": 800})
    record_events(page, said)
    page.goto((out / SUMMARY_NAME).as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("What a run of cleaner took and kept")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    bars = page.locator("svg.bar rect").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().width)"
    )
    assert len(bars) >= 6 and max(bars) > 30
    assert page.locator("script").count() == 0 and said == []
    page.close()
