"""Who and when, as the page shows it: near its title, and nothing that belongs to another article."""

from __future__ import annotations

import pytest

import cleaner
from cleaner.analysis.bylines import leading_names
from cleaner.document import Claim
from tests.clock import cpu_seconds
from tests.output.test_cleaned import PROSE

FAST = cleaner.Settings(effort="fast")
SECOND = PROSE.replace("ferry", "barge")
OTHERS = (
    "<aside><h4>More boats</h4><p>By Other Person</p><time datetime=2001-01-01>1 January 2001</time></aside>"
)


def said(
    near: str, head: str = "", url: str | None = None, title: str = "The ferry is late again", lang: str = ""
) -> cleaner.Cleaned:
    page = (
        f"<html lang='{lang}'><head><title>{title} - Quay Post</title>{head}</head><body>"
        "<nav><a href=/>Home</a></nav>"
        f"<h1>{title}</h1>{near}<p>{PROSE}</p><p>{SECOND}</p>{OTHERS}</body></html>"
    )
    return cleaner.clean(page, kind="html", url=url, settings=FAST)


@pytest.mark.parametrize(
    ("near", "source"),
    [
        ("<p>By <a rel=author href=/ada>Ada Quill</a></p>", "markup"),
        ("<p itemprop=author itemscope><span itemprop=name>Ada Quill</span></p>", "markup"),
        ("<div class='byline'>By Ada Quill, Staff Writer</div>", "markup"),
        ("<p>By Ada Quill</p>", "page"),
        ("<p>by Ada Quill on 7 November 2012</p>", "page"),
        ("<p>November 7, 2012 By Ada Quill 3 Comments</p>", "page"),
        ("<p>By Ada Quill | Published 7 November 2012</p>", "page"),
        ("<p>Posted by Ada Quill at 10:15</p>", "page"),
        ("<p>Written by</p><p>Ada Quill</p>", "page"),
        ("<p class=ArticleHead__AuthorName>Ada Quill</p>", "page"),
        ("<div itemprop=author><meta itemprop=url content=/ada>Ada Quill</div>", "markup"),
        ("<p><a rel=author href=/ada><img itemprop=image src=a.jpg>Ada Quill</a></p>", "markup"),
    ],
)
def test_bylines(near: str, source: str) -> None:
    done = said(near)
    assert (done.metadata.author, done.metadata.claims["author"]) == (
        "Ada Quill",
        (Claim(source, "Ada Quill"),),
    )


@pytest.mark.parametrize(
    ("near", "lang", "author"),
    [
        ("<p>Von Ada Quill</p>", "de", "Ada Quill"),
        ("<p>Par Ada Quill, à Oster</p>", "fr-FR", "Ada Quill"),
        ("<p>Di Ada Quill</p>", "it", "Ada Quill"),
        ("<p>Von Ada Quill</p>", "", None),
        ("<p>von Oster</p>", "de", None),
        ("<p>Da Vinci Code</p>", "en", None),
        ("<p>Av Club</p>", "en", None),
        ("<p>Di Maria</p>", "it", None),
        ("<p>By The Numbers</p>", "en", None),
        ("<p>By Photo Credit</p>", "en", None),
    ],
)
def test_a_preposition_before_a_name_in_its_own_language(near: str, lang: str, author: str | None) -> None:
    assert said(near, lang=lang).metadata.author == author


def test_names_are_spelled_as_a_browser_shows_them() -> None:
    assert said("<p><a rel=author>Jos&eacute; G&oacute;mez</a></p>").metadata.author == "José Gómez"
    page = b"<html><h1>The ferry is late again</h1><p><a rel=author>Jos\xe9 Gomez</a></p><p>" + PROSE.encode()
    cleaner.clean(page, kind="html", settings=FAST).metadata.author.encode()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "near",
    [
        "",
        "<p>By Tuesday the harbour was full</p>",
        "<p>By the harbour, a stove</p>",
        "<p>By admin</p>",
        "<p class=author>The ferry is late again</p>",
        "<p>By View Profile</p>",
        "<div class=comment><p class=author>Ada Quill</p></div>",
        "<p>By 2012</p>",
        "<p class=author>Share this</p>",
        "<p class=authorities>Port Office</p>",
        "<p>Words by the dozen came from the pilots who stood in the rain and waited for a boat by Ada.</p>",
        "<!-- <p>By Ada Quill</p> --><script>'<a rel=author>Ada Quill</a>'</script>",
    ],
)
def test_what_is_no_byline(near: str) -> None:
    assert said(near).metadata.author is None


@pytest.mark.parametrize(
    ("near", "source"),
    [
        ("<time datetime='2012-11-07T10:00'>yesterday</time>", "markup"),
        (
            "<time>Updated <b>9</b></time><time class=entry-date pubdate datetime=2012-11-07>7/11</time>",
            "markup",
        ),
        ("<abbr class=published title='2012-11-07T10:00:00Z'>Wednesday</abbr>", "markup"),
        ("<p>November 7, 2012</p>", "page"),
        ("<h2>Wednesday, November 7, 2012</h2>", "page"),
        ("<p>Updated 9 November 2012</p><p>Published 7 November 2012</p>", "page"),
        ("<p>Last updated: 7 November 2012</p>", "updated"),
        ("<p>Last updated:</p><p>7 November 2012</p>", "updated"),
    ],
)
def test_days(near: str, source: str) -> None:
    done = said(near)
    assert (done.metadata.date, done.metadata.claims["date"][0].source) == ("2012-11-07", source)


@pytest.mark.parametrize(
    "near",
    [
        "<time datetime='2012-11-07' class=updated>x</time>",
        "<p>The mayor greets the crew of the old ferry, which her own father built, at the quay of Oster,"
        " 7 November 2012 (Photo: Bo Reed)</p>",
        f"<p>{PROSE}</p><p>{SECOND}</p><p>{SECOND}</p><p>7 November 2012</p>",
    ],
)
def test_other_days(near: str) -> None:
    assert said(near).metadata.date is None


@pytest.mark.parametrize(
    ("near", "source"),
    [
        ("<p>Updated: March 5, 2021 | Published: March 3, 2021</p>", "page"),
        ("<p>Aktualisiert am 5. März 2021, veröffentlicht am 3. März 2021</p>", "page"),
        ("<p>Published March 3, 2021, updated March 5, 2021</p>", "page"),
        ("<p>Aggiornato il 5 marzo 2021, pubblicato il 3 marzo 2021</p>", "page"),
        ("<p>2021年3月5日更新</p><p>2021年3月3日公開</p>", "page"),
        ("<p>5 March 2021 (updated)</p><p>3 March 2021</p>", "page"),
        ("<p>2021-03-03 updated | 2021-03-02 published</p>", "updated"),
        ("<p>Updated March 3, 2021</p>", "updated"),
    ],
)
def test_the_day_of_publication_beside_that_of_a_change(near: str, source: str) -> None:
    assert said(near).metadata.claims["date"][0] == Claim(source, "2021-03-03")


@pytest.mark.parametrize(("lang", "day"), [("es", "2021-04-03"), ("en", None), ("ja", None), ("", None)])
def test_day_and_month_in_figures_go_by_the_language(lang: str, day: str | None) -> None:
    assert said("<p>03/04/2021</p>", lang=lang).metadata.date == day


def title_of(declared: str, shown: str) -> str | None:
    body = f"{shown}<p>{PROSE}</p><p>{SECOND}</p>"
    page = f"<html><head><title>{declared}</title></head><body>{body}</body></html>"
    return cleaner.clean(page, kind="html", settings=FAST).metadata.title


def test_the_title_as_the_heading_shows_it() -> None:
    declared = "The ferry is late again | Local news | Quay Post"
    assert title_of(declared, "<h1>The ferry is late again</h1>") == "The ferry is late again"
    # the rest is shown as well: a subtitle
    shown = "<h1>The ferry is late again</h1><h2>Local news</h2>"
    assert title_of(declared, shown) == "The ferry is late again | Local news"
    # a section's heading, and a headline in other words
    shown = "<h2>Local News</h2><h1>Ferry late once more this week</h1>"
    declared = "Local news | The ferry is late again | Quay Post"
    assert title_of(declared, shown) == "Local news | The ferry is late again"


@pytest.mark.parametrize("title", ["Storm hits coast - thousands without power", "Review: Dune – Part Two"])
def test_a_title_is_whole_where_a_heading_shows_it_so(title: str) -> None:
    body = (
        "<p>The storm came in the night, and the ferry stayed in the harbour until the wind had gone.</p>" * 4
    )
    page = "<html><head><title>{}</title></head><body><article><h1>{}</h1>{}</article></body></html>"
    half = title.partition(" - ")[0].partition(" – ")[0]
    fast = cleaner.Settings(effort="fast")
    assert cleaner.clean(page.format(title, title, body), settings=fast).title == title
    assert cleaner.clean(page.format(title, half, body), settings=fast).title == half


@pytest.mark.parametrize("name", ["Élodie Le Goff", "Luis El Amrani"])
def test_articles_in_a_name_are_part_of_it(name: str) -> None:
    assert leading_names(f"{name}, le 8 février 2021") == name
    assert leading_names(f"{name.split()[0]} le 8 février 2021") == name.split()[0]


def test_the_address_comes_last() -> None:
    url = "https://example.org/2012/11/07/ferry"
    assert said("", url=url).metadata.claims["date"] == (Claim("url", "2012-11-07"),)
    assert said("<p>November 8, 2012</p>", url=url).metadata.claims["date"] == (
        Claim("page", "2012-11-08"),
        Claim("url", "2012-11-07"),
    )


def test_a_day_above_the_title_may_be_today() -> None:
    page = f"<h2>Wednesday, November 14, 2012</h2><h1>The ferry is late</h1><p>{PROSE}</p><p>{SECOND}</p>"
    urls = ("https://example.org/2012/11/07/ferry", "https://example.org/ferry")
    dates = [cleaner.clean(page, kind="html", url=url, settings=FAST).metadata.date for url in urls]
    assert dates == ["2012-11-07", "2012-11-14"]


def test_what_the_head_says_is_not_looked_for() -> None:
    head = "<meta name=author content='Bo Reed'><meta name=date content=2012-11-09>"
    about = said("<p>By Ada Quill on 7 November 2012</p>", head).metadata
    assert (about.author, about.date) == ("Bo Reed", "2012-11-09")


def test_text_that_came_as_text_has_the_title_it_repeats() -> None:
    lines = [
        "The ferry is late again",
        "Home",
        "The ferry is late again",
        PROSE,
        SECOND,
        PROSE[4:],
        SECOND[4:],
    ]
    done = cleaner.clean("\n".join(lines), kind="text")
    assert (done.title, done.metadata.claims.get("title")) == (lines[0], (Claim("text", lines[0]),))


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "<a rel=author>",
        "<p>By ",
        "<time datetime='2012",
        "<time datetime=2012-11>",
        "<span class=author>By By By </span>",
        "<h1>The ferry is late again</h1>",
        "By | By · ",
    ],
)
def test_time_grows_with_the_length(piece: str) -> None:
    def seconds(n: int) -> float:
        return cpu_seconds(lambda: said(piece * n))

    seconds(300)
    once, eightfold = seconds(500), seconds(4000)
    assert eightfold < 20 * once + 0.1, f"{once:.3f} s, then {eightfold:.3f} s"
