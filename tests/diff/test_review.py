"""The review page as a person uses it, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import cleaner
from cleaner.diff.html_report import write_html_report
from cleaner.diff.marks import read_marks
from cleaner.diff.view import DocumentDiff, diff_document, failed_diff
from cleaner.document import Document
from cleaner.output.cleaned import Garbled, GarbledSpan
from cleaner.pipeline import clean
from tests.diff.conftest import record_events

pytestmark = pytest.mark.slow

RAW = (
    "Share Tweet Email\n"
    "The hut at the top of the pass is closed this winter, because its roof did not survive the storm.\n"
    "A volunteer found the roof. [Read more: Ten huts that are open] It was almost whole.\n"
    "The cafÃ© in the valley is open.\n"
    "© 2024 Hollin Courier. All rights reserved.\n"
)
SPUN = "The minister mentioned that the last bus had left the station before the meeting came to its end."
Show = Callable[..., Page]


def document(id: str, raw: str = RAW, **more: Any) -> DocumentDiff:
    return diff_document(clean(Document(id, raw, meta={"source": id}, **more)))


def garbled(id: str) -> DocumentDiff:
    done = clean(Document(id, SPUN))
    return diff_document(
        replace(
            done,
            garbled=Garbled(6.8, (GarbledSpan(13, 22, "mentioned", "said", 5.1),)),
            verdict="garbled",
        )
    )


@cache
def documents() -> tuple[DocumentDiff, ...]:
    """One of each kind; not cleaned before a test wants them."""
    return (
        document("alpine/hut.txt"),
        document("plain.txt", "Rain fell on the valley until noon, and the river rose to the second step."),
        garbled("spun.txt"),
        document("empty.txt", "---"),
        failed_diff("broken.bin", "broken.bin", "binary", "broken.bin: a binary file"),
    )


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Opens a page with these documents; afterwards nothing may have gone wrong in it."""
    said: list[str] = []
    contexts = []

    def shown(views: Any = None, hash: str = "", **more: Any) -> Page:
        write_html_report(tmp_path / "review.html", ["in"], documents() if views is None else views)
        context = browser.new_context(**({"viewport": {"width": 1300, "height": 800}} | more))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        record_events(page, said)
        page.goto((tmp_path / "review.html").as_uri() + hash)
        return page

    yield shown
    for context in contexts:
        context.close()
    assert said == []


def names(page: Page) -> list[str]:
    return page.locator(".doc .name").all_text_contents()


def test_list_filters_and_sorts(show: Show) -> None:
    page = show()
    assert names(page) == [one.display_name for one in documents()]
    expect(page.get_by_role("status").first).to_have_text("5 documents")
    page.get_by_label("Verdict").select_option("garbled")
    assert names(page) == ["spun.txt"]
    expect(page.locator("#count")).to_have_text("1 of 5 documents")
    page.get_by_label("Verdict").select_option("")
    page.get_by_label("Code", exact=True).select_option("read-also")
    assert names(page) == ["alpine/hut.txt"]
    page.get_by_label("Code", exact=True).select_option("")
    page.get_by_label("Sort").select_option("cuts")
    assert names(page)[0] == "alpine/hut.txt"
    page.get_by_label("Sort").select_option("name")
    assert names(page) == sorted(names(page))
    page.get_by_label("Search").fill("HUT alp")
    assert names(page) == ["alpine/hut.txt"]


def test_a_document_shows_what_was_done_in_place(show: Show) -> None:
    page = show()
    text = page.locator("#text")
    assert text.locator(".spot.cut del").all_text_contents()[:2] == [
        "Share Tweet Email", "[Read more: Ten huts that are open]",
    ]  # fmt: skip
    assert text.locator(".spot.fix ins").all_text_contents() == ["café"]
    page.get_by_role("button", name="spun.txt").click()
    expect(page.locator(".spot.spun .instead")).to_have_text("said")
    expect(page.locator(".spot.spun")).to_have_accessible_name("spun: mentioned, for said")
    page.get_by_role("button", name="broken.bin").click()
    expect(text).to_have_text("broken.bin: a binary file")


def test_keys_jump_between_cuts_and_tell_why(show: Show) -> None:
    page = show()
    page.keyboard.press("n")
    expect(page.locator("#place")).to_have_text("1 of 4")
    expect(page.locator("#why")).to_be_visible()
    expect(page.locator("#code-name")).to_have_text("share-bar")
    expect(page.locator("#evidence")).to_contain_text("share or follow buttons")
    expect(page.locator("#evidence td.number").first).to_have_text("1.00")
    expect(page.locator("#evidence")).to_contain_text("Buttons to share the article")
    page.keyboard.press("j")
    expect(page.locator("#code-name")).to_have_text("read-also")
    assert page.evaluate("document.activeElement.dataset.code") == "read-also"
    page.keyboard.press("p")
    page.keyboard.press("k")
    expect(page.locator("#place")).to_have_text("4 of 4")
    page.keyboard.press("Escape")
    expect(page.locator("#why")).to_be_hidden()
    page.keyboard.press("]")
    expect(page.locator("#name")).to_have_text("plain.txt")
    page.keyboard.press("n")
    expect(page.locator("#place")).to_have_text("none")
    page.keyboard.press("[")
    expect(page.locator("#name")).to_have_text("alpine/hut.txt")


def test_keys_are_left_alone_in_the_search_field(show: Show) -> None:
    page = show()
    page.keyboard.press("/")
    page.keyboard.type("npjk")
    expect(page.get_by_label("Search")).to_have_value("npjk")
    expect(page.locator("#why")).to_be_hidden()


def test_a_click_tells_why(show: Show) -> None:
    page = show()
    page.locator(".spot.fix").click()
    expect(page.locator("#code-name")).to_have_text("mojibake")
    page.get_by_role("button", name="Close").first.click()
    expect(page.locator("#why")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.code") == "mojibake"


def shown_in(page: Page) -> str:
    """The text as it is drawn: lines that come into view are laid out with the next frame."""
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")
    return page.locator("#text").inner_text()


def test_raw_clean_both(show: Show) -> None:
    page = show()
    done = cleaner.clean(RAW, kind="text")
    page.get_by_role("button", name="Clean", exact=True).click()
    shown = shown_in(page)
    assert [line for line in shown.splitlines() if len(line) > 3] == done.text.splitlines()
    assert "Share Tweet" not in shown and "cafÃ©" not in shown
    page.keyboard.press("r")
    shown = shown_in(page)
    assert "Share Tweet Email" in shown and "cafÃ©" in shown and "café" not in shown
    page.keyboard.press("b")
    assert "café" in shown_in(page)
    expect(page.get_by_role("button", name="Both")).to_have_attribute("aria-pressed", "true")


def test_only_the_codes_asked_for(show: Show) -> None:
    page = show()
    page.locator("#codes").get_by_text("read-also").click()
    expect(page.locator("#place")).to_have_text("– of 1")
    page.keyboard.press("n")
    expect(page.locator("#code-name")).to_have_text("read-also")
    assert page.locator(".spot.off").count() == 3
    page.locator("#codes").get_by_text("read-also").click()
    expect(page.locator("#place")).to_have_text("– of 4")


def test_one_tab_stop_for_all_cuts_and_an_order_of_focus(show: Show) -> None:
    page = show()
    assert page.locator('.spot[tabindex="0"]').count() == 1
    assert page.locator('#text [tabindex="0"]').count() == 1
    page.locator("#after").focus()
    order = []
    for _ in range(7):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.dataset.code"))
    assert order[0] == "large"
    assert set(order[1:5]) == {"share-bar", "read-also", "legal-line", "mojibake"}  # the filters
    assert order[5:] == ["text", "share-bar"]
    page.locator(".spot").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#why")).to_be_visible()


def test_roles_and_names_for_screen_readers(show: Show) -> None:
    page = show()
    tree = page.locator("body").aria_snapshot()
    for part in (
        'navigation "Documents"', 'searchbox "Search names, titles and texts"', 'combobox "Verdict"',
        'main "alpine/hut.txt"', 'group "What to show"', 'button "Both" [pressed]', 'button "Next cut"',
        'region "Text"', 'button "cut, share-bar: Share Tweet Email"',
        'button "mended, mojibake: cafÃ© becomes café"',
    ):  # fmt: skip
        assert part in tree, tree
    page.keyboard.press("n")
    assert 'complementary "Reason"' in page.locator("body").aria_snapshot()


def test_on_a_phone_list_and_text_take_turns(show: Show) -> None:
    page = show(viewport={"width": 380, "height": 700}, has_touch=True)
    expect(page.locator("#text")).to_be_hidden()
    page.get_by_role("button", name="alpine/hut.txt").tap()
    expect(page.locator("#docs")).to_be_hidden()
    page.get_by_role("button", name="Next cut").tap()
    page.get_by_role("button", name="Next cut").tap()
    spot, sheet = (
        page.locator('.spot[aria-current="true"]').bounding_box(),
        page.locator("#why").bounding_box(),
    )
    assert spot and sheet and spot["y"] + spot["height"] <= sheet["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="‹ Documents").tap()
    expect(page.locator("#docs")).to_be_visible()
    expect(page.locator("#why")).to_be_hidden()


# -- many cuts, and marks

MENU = "".join(f"<li><a href='/{n}'>Region {n}</a></li>" for n in range(1_557))
TEASER = "A long teaser about another story, which has nothing to do with the hut on the pass at all. " * 4
MENU_PAGE = (
    f"<title>Hut closed</title><nav><ul>{MENU}</ul></nav><article><h1>Hut closed</h1>"
    + "".join(f"<p>{line}</p>" for line in RAW.splitlines()[1:3] * 3)
    + f"</article><footer><p>Imprint</p><p>Jobs</p><p>Contact us</p><p><a href='/x'>{TEASER}</a></p></footer>"
)


def test_a_run_of_cuts_is_folded_and_unfolds(show: Show) -> None:
    page = show([document("menu.html", MENU_PAGE, kind="html"), documents()[1]])
    fold = page.locator(".fold").first
    expect(fold).to_contain_text("1,5")
    assert page.locator("#text .row").count() < 20
    page.keyboard.press("n")
    expect(fold).to_be_focused()
    expect(page.locator("#code-name")).to_contain_text("lines cut")
    page.keyboard.press("o")
    expect(fold).to_have_attribute("aria-expanded", "true")
    assert page.locator(".spot").count() > 1_500
    page.keyboard.press("o")
    expect(fold).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("g")  # inside another run, which opens
    assert "A long teaser" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("g")
    expect(page.locator("#told")).to_contain_text("No cut of 200 characters or more after this")


def test_texts_are_searched_and_found_in_place(show: Show) -> None:
    page = show([*documents(), document("menu.html", MENU_PAGE, kind="html")])
    expect(page.locator(".doc .title")).to_have_text(["Hut closed"])
    page.get_by_label("Search").fill('"second step"')
    assert names(page) == ["plain.txt"]
    page.get_by_label("Search").fill("region 1200")
    page.get_by_label("Search").press("Enter")
    expect(page.locator("#name")).to_have_text("menu.html")
    expect(page.locator('.spot[aria-current="true"]')).to_contain_text("Region 0")
    assert page.evaluate("CSS.highlights.get('found').size") > 0


def test_the_lists_filter_and_sorts_reach_the_document(show: Show) -> None:
    page = show([*documents(), document("menu.html", MENU_PAGE, kind="html")])
    page.get_by_label("Code", exact=True).select_option("read-also")
    expect(page.locator("#place")).to_have_text("– of 1")
    page.get_by_label("Code", exact=True).select_option("")
    expect(page.locator("#place")).to_have_text("– of 4")
    page.get_by_label("Sort").select_option("largest")
    assert names(page)[0] == "menu.html"
    page.get_by_label("Seen").select_option("seen")
    assert names(page) == ["alpine/hut.txt"]


def test_marks_are_set_by_keys_kept_saved_and_loaded(show: Show, tmp_path: Path) -> None:
    page = show(documents()[:2])
    page.keyboard.press("n")
    page.keyboard.press("l")
    expect(page.locator("#told")).to_contain_text("cut already")
    page.keyboard.press("w")
    expect(page.locator(".spot.wrong")).to_have_accessible_name(
        "cut, marked as wrong, share-bar: Share Tweet Email"
    )
    page.get_by_label("Remark").fill("it is the title")
    page.keyboard.press("Escape")
    page.keyboard.press(".")
    page.keyboard.press("l")
    expect(page.locator(".row.leftover")).to_contain_text("The hut at the top")
    page.keyboard.press(".")
    page.keyboard.press("l")
    page.keyboard.press("l")
    expect(page.locator(".row.leftover")).to_have_count(1)
    expect(page.locator(".doc .mark")).to_have_text("2 marks")
    kept = "['wrong-cut', 'leftover'].every((mark) => JSON.stringify(localStorage).includes(mark))"
    page.wait_for_function(kept)
    page.reload()
    expect(page.locator(".spot.wrong")).to_have_count(1)
    page.keyboard.press("m")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save marks.jsonl").click()
    saved.value.save_as(tmp_path / "marks.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "marks.jsonl").read_text().splitlines()]
    assert [(row["mark"], row["code"], row["remark"]) for row in rows] == [
        ("wrong-cut", "share-bar", "it is the title"), ("leftover", None, ""),
    ]  # fmt: skip
    for row in rows:
        assert RAW[row["start"] : row["end"]] == row["text"]
    assert [mark.kind for mark in read_marks(str(tmp_path / "marks.jsonl"))] == ["wrong-cut", "leftover"]
    other = show(documents()[:2])
    other.set_input_files("#file", tmp_path / "marks.jsonl")
    expect(other.locator("#marked-told")).to_contain_text("2 marks loaded")
    other.locator("#marked-list button").first.click()
    expect(other.locator(".spot.wrong")).to_be_focused()


def test_a_second_tab_loses_no_marks_of_the_first(show: Show) -> None:
    first = show(documents()[:2])
    second = first.context.new_page()
    second.goto(first.url)
    first.keyboard.press("n")
    first.keyboard.press("w")
    expect(first.locator(".doc .mark")).to_have_text("1 mark")
    expect(second.locator("#marks")).to_contain_text("Marks 1")
    second.keyboard.press("]")  # which it writes down as seen
    second.keyboard.press(".")
    second.keyboard.press("l")
    expect(second.locator("#marks")).to_contain_text("Marks 2")
    expect(first.locator("#marks")).to_contain_text("Marks 2")
    first.reload()
    expect(first.locator("#marks")).to_contain_text("Marks 2")


def test_side_by_side(show: Show) -> None:
    page = show()
    page.keyboard.press("s")
    left, right = page.locator(".pair .left").nth(2), page.locator(".pair .right").nth(2)
    expect(left).to_contain_text("[Read more: Ten huts that are open]")
    assert "Read more" in left.inner_text() and "Read more" not in right.inner_text()
    boxes = left.bounding_box(), right.bounding_box()
    assert boxes[0] and boxes[1] and boxes[0]["y"] == boxes[1]["y"]
    page.keyboard.press("n")
    expect(page.locator("#code-name")).to_have_text("share-bar")


def test_a_link_leads_to_a_place(show: Show) -> None:
    page = show(hash=f"#id=alpine%2Fhut.txt&at={RAW.index('Read more')}")
    expect(page.locator("#code-name")).to_have_text("read-also")


def test_back_on_a_phone_closes_the_document(show: Show) -> None:
    page = show(viewport={"width": 390, "height": 844})
    page.get_by_role("button", name="plain.txt").click()
    expect(page.locator("#docs")).to_be_hidden()
    page.go_back()
    expect(page.locator("#docs")).to_be_visible()
    page.go_forward()
    expect(page.locator("#name")).to_have_text("plain.txt")
    expect(page.locator("#text")).to_be_visible()


def test_dark_and_light(show: Show) -> None:
    def paper(page: Page) -> Any:
        return page.evaluate("getComputedStyle(document.getElementById('text')).backgroundColor")

    light, dark = show(color_scheme="light"), show(color_scheme="dark")
    assert paper(light) == "rgb(255, 255, 255)" != paper(dark)
    light.get_by_role("button", name="Theme: auto").click()
    assert paper(light) == paper(dark)


def test_contrast_is_enough_to_read(show: Show) -> None:
    """WCAG AA: 4.5 to 1 for text against its ground, in both themes, for every label."""
    names = "ink soft chrome ad related meta spun repair markup accent failed".split()
    measure = """(names) => {
      const channel = (v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
      const probe = document.body.appendChild(document.createElement("i"));
      const light = (name) => {
        probe.style.color = `var(--${name})`;
        const [r, g, b] = getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number).map(channel);
        return .2126 * r + .7152 * g + .0722 * b;
      };
      const paper = light("paper"), ratio = (l) => (Math.max(l, paper) + .05) / (Math.min(l, paper) + .05);
      const found = names.map((name) => [name, ratio(light(name))]).filter(([, ratio]) => !(ratio >= 4.5));
      probe.remove();
      return found;
    }"""
    for scheme in ("light", "dark"):
        assert show(color_scheme=scheme).evaluate(measure, names) == []


# -- hostile documents

PAYLOADS = (
    "<script>window.owned = 1</script>",
    "</script><script>window.owned = 2</script>",
    "<!--<script>window.owned = 3</script>",
    "<img src=x onerror='window.owned = 4'>",
    "<svg/onload=window.owned=5>",
    "\"><iframe srcdoc='<script>parent.owned = 6</script>'></iframe>",
    "{{ 7 * 7 }}{% for x in y %}",
    "javascript:window.owned=8",
    "\u2028window.owned = 9\u2029",
    "<style>*{display:none}</style><base href='http://example.invalid/'>",
    "__proto__",
)


def test_nothing_from_a_document_runs(show: Show) -> None:
    hostile = [
        document(payload, f"{payload}\n{RAW}{payload} Advertisement {payload}\n") for payload in PAYLOADS
    ]
    hostile += [failed_diff(payload, payload, "binary", payload) for payload in PAYLOADS]
    for payload in PAYLOADS:
        done = clean(Document(payload, SPUN))
        spans = (GarbledSpan(13, 22, "mentioned", payload, 5.1),)
        hostile.append(
            replace(
                diff_document(replace(done, garbled=Garbled(6.8, spans), verdict="garbled")), title=payload
            )
        )
        hostile.append(
            document(payload, f"<title>{payload}</title><body onload=x()><p>{payload}</p><p>{RAW}")
        )
        page_of = (
            f"<html><head><title>x</title></head><body onload='window.owned=10'><p>{payload}</p><p>{RAW}</p>"
        )
        hostile.append(document("p.html", page_of, kind="html"))
    page = show(hostile)
    for number in range(len(hostile)):
        page.evaluate("(k) => open(k)", number)
        for _ in range(3):
            page.keyboard.press("n")
    for name in ("cuts", "name"):
        page.get_by_label("Sort").select_option(name)
    assert page.evaluate("window.owned") is None
    assert page.evaluate("7 * 7") == 49 and page.get_by_text("{{ 7 * 7 }}").count()
    assert page.locator("iframe, img, svg, base, #text script, #text style").count() == 0
    assert page.locator("script").count() == len(hostile) + 3


def test_the_policy_is_a_second_wall(browser: Browser, tmp_path: Path) -> None:
    """Even markup that got in would not run: the policy knows our script alone."""
    write_html_report(tmp_path / "review.html", ["in"], documents())
    page = browser.new_page()
    said: list[str] = []
    record_events(page, said)
    page.goto((tmp_path / "review.html").as_uri())
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=data:, onerror=\"window.owned = 1\">')"
    )
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'owned = 2'}))"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.owned") is None
    assert sum("Content Security Policy" in one for one in said) >= 2
    page.close()


# -- size


def test_two_thousand_documents_open_at_once(show: Show) -> None:
    many = [replace(documents()[0], id=f"{n:04}.txt", source=f"{n:04}.txt") for n in range(2_000)]
    page = show(many, hash="#1500")
    expect(page.locator("#name")).to_have_text("1499.txt")
    assert page.evaluate("performance.now()") < 30_000
    assert page.locator(".doc").count() < 500
    assert page.locator(".spot").count() == 4
    page.locator("#docs").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
    expect(page.locator(".doc")).to_have_count(400)
    page.get_by_label("Search").fill("1999")
    expect(page.locator(".doc")).to_have_count(1)
    assert names(page) == ["1999.txt"]
    took = page.evaluate("(() => { const t = performance.now(); list(); return performance.now() - t; })()")
    assert took < 5_000
