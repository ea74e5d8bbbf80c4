"""What a user's selectors name goes or stays; what they cannot say is an error that names the selector."""

from __future__ import annotations

import pytest

import cleaner
from cleaner.decide.site_rules import match_depth, parse_selectors
from cleaner.errors import UsageError
from cleaner.settings import SiteRules
from tests.output.test_cleaned import PROSE, holds

SECOND = PROSE.replace("ferry", "barge")
THIRD = PROSE.replace("ferry", "pilot")
PAGE = (
    f'<article><p>{PROSE}</p><div class="box"><p>{SECOND}</p><p class="inner note">{THIRD}</p></div>'
    '<nav id="top"><a href="/">Home</a></nav></article>'
)


def cleaned(
    keep: str = "", drop: str = "", url: str | None = "https://example.org/a", page: str = PAGE
) -> str:
    rules = SiteRules("example.org", tuple(filter(None, [keep])), tuple(filter(None, [drop])))
    settings = cleaner.Settings(effort="fast", sites=(rules,))
    done = cleaner.clean(page, kind="html", url=url, settings=settings)
    holds(done, page)
    return done.text


@pytest.mark.parametrize(
    ("selector", "path", "found"),
    [
        ("div", "html body div p", 3),
        ("p", "html body div p", 4),
        ("DIV", "body div", 2),
        (".a", "div.a div.a p", 2),
        (".a.b", "div.a div.b", 0),
        (".b.a", "div.a.c.b", 1),
        ("div#x.a", "div#x.a", 1),
        ("#x", "div#y.x", 0),
        (".A", "div.a", 0),
        ("article p", "article div p", 3),
        ("article > p", "article div p", 0),
        ("article>div  >  p", "article div p", 3),
        ("div > div p", "div section div div p", 5),
        ("div > div > p", "div section div div p", 5),
        ("section div > p", "div div section p", 0),
        ("*", "html body", 2),
        ("aside *", "aside p", 2),
        ("aside *", "aside", 0),
        (r".md\:flex", "div.md:flex", 1),
        (r".mt-1\.5", "div.mt-1.5", 1),
        (".größe", "div.größe", 1),
    ],
)
def test_a_selector_names_the_innermost_element_it_can(selector: str, path: str, found: int) -> None:
    assert match_depth(parse_selectors(selector)[0], path.split()) == found


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("div:not(.x)", "'div:not(.x)': cannot be read at ':not(.x)'"),
        ("[data-ad]", "cannot be read at '[data-ad]'"),
        ("h2 + p", "cannot be read at '+ p'"),
        ("div >", "cannot be read as it ends too early"),
        ("", "cannot be read as it ends too early"),
        (".a,,.b", "cannot be read"),
        ("> p", "cannot be read at '> p'"),
        (".", "cannot be read at '.'"),
        ("span.x", "'span' stands inside a line"),
        ("#a#b", "no element has two ids"),
    ],
)
def test_what_is_no_selector_is_an_error_that_names_it(selector: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_selectors(selector)
    assert message in str(error.value)
    assert repr(selector) in str(error.value)


def test_drop_and_keep() -> None:
    assert cleaned() == f"{PROSE}\n{SECOND}\n{THIRD}"
    assert cleaned(drop=".box") == PROSE
    assert cleaned(drop=".box", keep=".box .note") == f"{PROSE}\n{THIRD}"
    assert cleaned(keep=".box", drop="p.note") == f"{PROSE}\n{SECOND}"
    assert cleaned(keep=".note", drop=".inner") == f"{PROSE}\n{SECOND}"
    assert cleaned(keep="#top") == f"{PROSE}\n{SECOND}\n{THIRD}\nHome"


def test_a_kept_block_stays_whole() -> None:
    page = f"<article><p>{PROSE}</p><p class=x>{SECOND} STORY CONTINUES BELOW THIS AD {THIRD}</p></article>"
    assert "STORY" not in cleaned(page=page)
    assert "STORY" in cleaned(keep=".x", page=page)


def test_reasons_say_whose_word_it_was() -> None:
    settings = cleaner.Settings(effort="fast", sites=(SiteRules("example.org", drop=(".box",)),))
    done = cleaner.clean(PAGE, kind="html", url="https://example.org/", settings=settings)
    assert [(cut.code, cut.label) for cut in done.removed][:2] == [("site-drop", "chrome")] * 2
    assert done.verdicts[1].marks[0].why == ".box of example.org in your settings"
    hash(settings)


@pytest.mark.parametrize(
    ("url", "head", "applies"),
    [
        ("https://example.org/a", "", True),
        ("http://News.Example.ORG.:8080/a", "", True),
        ("https://badexample.org/a", "", False),
        ("https://example.org.evil.example/a", "", False),
        ("https://[", "", False),
        (None, "", False),
        (None, "<link rel=canonical href='https://www.example.org/a'>", True),
        (None, "<link rel=canonical href='/a'><meta property=og:url content='https://example.org/a'>", True),
        ("https://other.example/a", "<link rel=canonical href='https://example.org/a'>", False),
    ],
)
def test_rules_are_for_a_host_and_its_subdomains(url: str | None, head: str, applies: bool) -> None:
    assert (SECOND not in cleaned(drop=".box", url=url, page=head + PAGE)) == applies


def test_text_is_left_alone() -> None:
    settings = cleaner.Settings(sites=(SiteRules("example.org", drop=("*",)),))
    assert cleaner.clean(PROSE, kind="text", url="https://example.org/", settings=settings).text == PROSE
