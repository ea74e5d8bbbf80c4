"""Of several articles on a page one stays if the page says which; live blogs and pages of posts keep all."""

from __future__ import annotations

import pytest

import cleaner
from tests.output.test_cleaned import holds

FAST = cleaner.Settings(effort="fast")
FERRY = (
    "The ferry between the two islands was taken out of service after an engineer found a crack in it.",
    "Some four hundred people cross the sound every day, most of them pupils and hospital staff.",
    "A petition for a bridge was signed by half of the islanders and has not been answered yet, they say.",
    "Fares will not be charged while the fishing boats run, the council decided in an evening session.",
)
BEES = (
    "Beekeepers in the valley have lost a third of their hives, and a survey points to a mite from the east.",
    "The losses are heaviest above the tree line, where the colonies winter longest and the frost bites.",
    "Students visited two hundred apiaries and took samples of wax for a laboratory in the far city.",
    "Whether the register of hives becomes a duty is for the assembly to say, which meets in June again.",
)


def article(
    title: str, paragraphs: tuple[str, ...], level: int = 1, tag: str = 'article class="story"'
) -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<{tag}><h{level}>{title}</h{level}>{body}</{tag.split()[0]}>"


def page(body: str, title: str = "Ferry out of service - Gazette", head: str = "") -> cleaner.Cleaned:
    raw = (
        f"<!DOCTYPE html><html lang=en><head><title>{title}</title>{head}</head>"
        f"<body><main>{body}</main></body></html>"
    )
    done = cleaner.clean(raw, kind="html", settings=FAST)
    holds(done, raw)
    return done


DECLARED = '<meta property="og:type" content="article">'
BOTH = article("Ferry out of service", FERRY) + article("Bees in trouble", BEES)


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("tag", ['article class="story"', "article", 'div class="story"'])
def test_the_article_that_the_title_names_stays(level: int, tag: str) -> None:
    ferry = article("Ferry out of service", FERRY, level, tag)
    bees = article("Bees in trouble", BEES, level, tag)
    for body in (ferry + bees, bees + ferry):
        done = page(body, head=DECLARED)
        assert done.text == "\n".join(FERRY)
        assert done.note == "several-articles"
        assert {cut.code for cut in done.removed} >= {"related-section"}


def test_a_title_is_found_whatever_its_apostrophe() -> None:
    body = article("Bees in trouble", BEES) + article("The ferry’s last run", FERRY)
    done = page(body, title="The ferry&#39;s last run - Gazette", head=DECLARED)
    assert (done.text, done.note) == ("\n".join(FERRY), "several-articles")


def addressed(title: str, paragraphs: tuple[str, ...], attributes: str = "", link: str = "") -> str:
    heading = f'<a href="{link}">{title}</a>' if link else title
    return f"<article {attributes}><h1>{heading}</h1>{''.join(f'<p>{p}</p>' for p in paragraphs)}</article>"


CANONICAL = '<link rel="canonical" href="https://gazette.example/a/{}">'
JSON_LD = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x", %s}</script>'


@pytest.mark.parametrize(
    ("first", "second", "head"),
    [
        ({"attributes": 'data-url="/a/1"'}, {"attributes": 'data-url="/a/2/"'}, CANONICAL.format(2)),
        (
            {"attributes": "data-permalink=https://gazette.example/a/1"},
            {"attributes": "data-permalink=https://gazette.example/a/2"},
            '<meta property="og:url" content="https://gazette.example/a/2?from=home">',
        ),
        ({"link": "/a/1"}, {"link": "/a/2"}, CANONICAL.format(2)),
        ({"attributes": 'id="post-4711"'}, {"attributes": 'id="post-4712"'}, CANONICAL.format("4712-bees")),
        ({"link": "/a/1"}, {"link": "/a/2"}, JSON_LD % '"url": "https://gazette.example/a/2"'),
        ({"link": "/a/1"}, {"link": "/a/2"}, JSON_LD % '"@id": "https://gazette.example/a/2#article"'),
        (
            {"link": "/a/1"},
            {"link": "/a/2"},
            JSON_LD % '"mainEntityOfPage": {"@type": "WebPage", "@id": "https://gazette.example/a/2"}',
        ),
    ],
)
def test_the_article_that_has_the_page_s_address_stays(
    first: dict[str, str], second: dict[str, str], head: str
) -> None:
    body = addressed("Ferry out of service", FERRY, **first) + addressed("Bees in trouble", BEES, **second)
    done = page(body, "The Gazette", head)
    assert BEES[0] in done.text and FERRY[0] not in done.text and done.note == "several-articles"


@pytest.mark.parametrize(
    ("links", "head"),
    [
        (("/a/1", "/a/2"), '<link rel="canonical" href="https://gazette.example/">'),  # a page of posts
        (("/a/2#ferry", "/a/2#bees"), CANONICAL.format(2)),  # parts of one article
        (("/a/2", ""), CANONICAL.format(2)),  # the other one may be a part of it
    ],
)
def test_addresses_that_tell_no_article_from_others_tell_nothing(links: tuple[str, str], head: str) -> None:
    body = addressed("Ferry out of service", FERRY, link=links[0]) + addressed(
        "Bees in trouble", BEES, link=links[1]
    )
    done = page(body, "The Gazette", head)
    assert all(paragraph in done.text for paragraph in (*FERRY, *BEES)) and done.note is None


def test_articles_of_different_classes_are_several_all_the_same() -> None:
    body = article("Ferry out of service", FERRY, 1, 'article class="main"') + article(
        "Bees in trouble", BEES, 1, 'article class="next"'
    )
    done = page(body, head=DECLARED)
    assert FERRY[0] in done.text and BEES[0] not in done.text and done.note == "several-articles"


def test_parts_of_a_page_that_is_no_article_are_none() -> None:
    tag = 'div class="story"'
    done = page(article("Ferry out of service", FERRY, 1, tag) + article("Bees in trouble", BEES, 1, tag))
    assert BEES[0] in done.text and done.note is None


def test_where_none_is_named_the_first_stays_if_the_page_is_one_article() -> None:
    done = page(BOTH, "Gazette", DECLARED)
    assert FERRY[0] in done.text and BEES[0] not in done.text and done.note == "several-articles"


def test_a_page_of_posts_keeps_all() -> None:
    done = page(BOTH, "The log of the harbour office")
    assert all(paragraph in done.text for paragraph in (*FERRY, *BEES)) and done.note is None


def test_one_article_in_several_elements_keeps_all() -> None:
    parts = "".join(
        article(f"Part {n}", paragraphs, 2, "section class=part")
        for n, paragraphs in enumerate((FERRY, BEES))
    )
    done = page(f"<article><h1>Ferry out of service</h1>{parts}</article>")
    assert all(paragraph in done.text for paragraph in (*FERRY, *BEES)) and done.note is None


@pytest.mark.parametrize("tag", ["section", "article", "div class=part"])
def test_parts_under_a_title_of_their_own_are_no_articles(tag: str) -> None:
    parts = article("What the ferry did", FERRY, 1, tag) + article("What the bees do", BEES, 1, tag)
    done = page(f"<article><h1>Ferries and bees</h1>{parts}</article>", "Ferries and bees", DECLARED)
    assert all(paragraph in done.text for paragraph in (*FERRY, *BEES)) and done.note is None


def test_headings_of_the_first_level_in_one_element_are_no_articles() -> None:
    body = "".join(
        f"<h1>{title}</h1>" + "".join(f"<p>{p}</p>" for p in paragraphs)
        for title, paragraphs in (("Ferry out of service", FERRY), ("What the bees say", BEES))
    )
    done = page(f'<article class="story">{body}</article>')
    assert all(paragraph in done.text for paragraph in (*FERRY, *BEES)) and done.note is None


def test_teasers_behind_an_article_are_no_articles() -> None:
    teasers = "".join(article(f"Other {n}", BEES[n : n + 1]) for n in range(3))
    assert page(article("Ferry out of service", FERRY) + teasers).note is None


def entry(time: str, title: str, text: str) -> str:
    return f'<section class="block"><time>{time}</time><h2>{title}</h2><p>{text}</p></section>'


ENTRIES = (
    (
        "18.40 CEST",
        "Ferry back in port",
        "The ferry has made the harbour, the coast guard says, with all hands.",
    ),
    ("17.05 CEST", "Power out on Skarholm", "Half of the island is dark after a mast fell across the line."),
    ("15.30 CEST", "First gusts", "The weather office has measured 31 metres a second at the lighthouse."),
)
LINKS = (
    "<div><h2>Key events</h2><ul><li><a href=#1>Ferry back in port</a></li>"
    "<li><a href=#2>First gusts</a></li></ul></div>"
)
LIVE_LD = '<script type="application/ld+json">{"@type": "LiveBlogPosting", "headline": "Storm"}</script>'


@pytest.mark.parametrize(
    ("opening", "title", "head"),
    [
        ('<article class="liveblog">', "Storm on the sound", ""),
        ("<article>", "Storm on the sound", LIVE_LD),
        ("<article>", "Storm on the sound: as it happened", ""),
    ],
)
def test_a_live_blog_keeps_its_entries_and_loses_the_links_to_them(
    opening: str, title: str, head: str
) -> None:
    entries = "".join(entry(*one) for one in ENTRIES)
    done = page(f"{opening}<h1>{title}</h1>{LINKS}{entries}</article>", title, head)
    assert done.text.splitlines() == [line for _, title, text in ENTRIES for line in (title, text)]
    assert done.note is None


@pytest.mark.parametrize("title", ["How the storm went", "Live music on the sound"])
def test_a_list_of_events_that_is_no_live_blog_keeps_its_times(title: str) -> None:
    entries = "".join(entry(*one) for one in ENTRIES)
    done = page(f"<article><h1>{title}</h1><p>{FERRY[0]}</p>{entries}</article>", title)
    assert "17.05 CEST" in done.text


def test_chapters_under_headings_that_repeat_the_subject_are_one_article() -> None:
    tag = 'div class="story"'
    chapters = (
        "What does a ferry service need?",
        "A short history of the ferry service",
        "Eight tips for a good ferry service",
    )
    texts = [(f"{chapter[:-1]} is a question that the islanders ask.", *FERRY[k:], *BEES[:k], *BEES[2:])
             for k, chapter in enumerate(chapters)]  # fmt: skip
    body = "".join(article(chapter, text, 2, tag) for chapter, text in zip(chapters, texts, strict=True))
    done = page(body, "What does a ferry service need? The whole story", DECLARED)
    assert all(text[0] in done.text for text in texts) and done.note is None
