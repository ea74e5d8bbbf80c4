from __future__ import annotations

from collections.abc import Callable

import pytest

import cleaner
from cleaner.document import Claim, Metadata
from cleaner.metadata import declared as metadata
from cleaner.metadata.merge import MAX_ALTERNATIVES, merge_metadata
from cleaner.output.record import to_record
from tests.clock import cpu_seconds

PAGE = """<html lang="en-GB"><head><title>The bell of Oster - Hill Gazette</title>
<meta property="og:site_name" content="Hill Gazette">{head}</head>
<body><article><p>{body}</p></article></body></html>"""
BODY = "The bell that hung in the museum for sixty years is back in its tower, and it rings by hand. " * 6


def about(head: str) -> Metadata:
    settings = cleaner.Settings(effort="fast")
    return cleaner.clean(PAGE.format(head=head, body=BODY), settings=settings).metadata


def test_title_loses_the_site_name() -> None:
    assert about("").title == "The bell of Oster"


def test_garbled_titles_and_names_are_mended_as_the_text_is() -> None:
    found = about(
        '<meta property="og:title" content="The bell â€” and its thief">'
        '<meta name="author" content="JosÃ© GarcÃ\xada">'
    )
    assert (found.title, found.author) == ("The bell — and its thief", "José García")
    assert about('<meta property="og:title" content="ÂNGELA É A MÃE">').title == "ÂNGELA É A MÃE"


def test_what_is_escaped_twice() -> None:
    page = f"<html><head><title>And then&amp;#8230; a bell &amp;amp; more</title></head><body><p>{BODY}</p>"
    assert cleaner.clean(page, settings=cleaner.Settings(effort="fast")).title == "And then… a bell & more"
    assert (
        about('<meta name="author" content="Jane O&amp;#8217;Dell; Bo Reed">').author
        == "Jane O’Dell; Bo Reed"
    )


@pytest.mark.parametrize(
    ("title", "url", "want"),
    [
        ("Why the bell rang - Hill Gazette", "https://example.org/1", "Why the bell rang"),
        ("Why the bell rang | OSTER", "https://oster-news.example/1", "Why the bell rang"),
        ("Why the bell rang | The Oster", "https://oster.example/1", "Why the bell rang"),
        ("Why the bell rang - the heart of Oster", "https://art.example/1", None),
        ("Why the bell rang - cars and stars", "https://ars.example/1", None),
    ],
)
def test_the_site_at_the_end_is_told_by_its_name_or_its_host(title: str, url: str, want: str | None) -> None:
    page = PAGE.format(head=f'<meta property="og:title" content="{title}">', body=BODY)
    found = cleaner.clean(page, url=url, settings=cleaner.Settings(effort="fast"))
    assert found.title == (want or title)


def test_a_dash_in_a_title_is_not_a_site_name() -> None:
    head = '<meta property="og:title" content="The bell of Oster - a story of theft">'
    assert about(head).title == "The bell of Oster - a story of theft"


def test_a_short_title_before_a_bar() -> None:
    page = f"<html><head><title>The Gate | Post</title></head><body><p>{BODY}</p></body></html>"
    assert cleaner.clean(page, settings=cleaner.Settings(effort="fast")).title == "The Gate"


def test_json_ld_speaks_first() -> None:
    head = """<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle",
    "headline": "Bell &amp; back", "author": [{"name": "Ada Quill"}, {"name": "Bo Reed"}],
    "datePublished": "2025-02-06T08:00:00Z"}]}</script>
    <meta name="author" content="Desk">"""
    found = about(head)
    assert (found.title, found.author, found.date) == ("Bell & back", "Ada Quill; Bo Reed", "2025-02-06")


@pytest.mark.parametrize("script", ["{", "[1, null]", '{"@type": 3}', '{"@graph": "x"}', "[" * 5000])
def test_broken_json_ld_is_passed_over(script: str) -> None:
    assert about(f'<script type="application/ld+json">{script}</script>').title == "The bell of Oster"


@pytest.mark.parametrize(("value", "day"), [("2024-09-03T06:15:00+02:00", "2024-09-03"), ("yesterday", None)])
def test_dates_are_days(value: str, day: str | None) -> None:
    assert about(f'<meta property="article:published_time" content="{value}">').date == day


def test_a_hostile_title_is_only_a_title() -> None:
    assert about(f'<meta property="og:title" content="&#{"1" * 5000};">').title


def test_language_hint_is_the_base_code() -> None:
    assert about("").language == "en"


@pytest.mark.parametrize(
    "author",
    [
        '"Ada Quill"',
        '{"@type": "Person", "name": "Ada Quill"}',
        '[{"name": "Ada Quill"}, {"name": "Ada Quill"}]',
        '{"name": ["Ada Quill"]}',
        '{"@id": "#ada"}',
        '["By Ada Quill", "admin", "https://example.org/ada", {"@type": "Person"}, 3, null]',
    ],
)
@pytest.mark.parametrize(
    "kind", ["NewsArticle", "BlogPosting", "LiveBlogPosting", "Report", "Recipe", "WebPage"]
)
def test_authors_of_every_shape(author: str, kind: str) -> None:
    graph = (
        f'{{"@graph": [{{"@type": "{kind}", "author": {author}}}, {{"@id": "#ada", "name": "Ada Quill"}}]}}'
    )
    assert about(f'<script type="application/ld+json">{graph}</script>').author == "Ada Quill"


@pytest.mark.parametrize(
    ("name", "value", "field", "want"),
    [
        ("property='article:published_time'", "2024-09-03T06:15:00Z", "date", "2024-09-03"),
        ("name='parsely-pub-date'", "2024-09-03T06:15:00Z", "date", "2024-09-03"),
        ("name='sailthru.date'", "2024-09-03 06:15:00", "date", "2024-09-03"),
        ("name='DC.date.issued'", "2024-09-03", "date", "2024-09-03"),
        ("name='citation_publication_date'", "2024/09/03", "date", "2024-09-03"),
        ("itemprop='datePublished'", "3 September 2024", "date", "2024-09-03"),
        ("name='author'", "By Ada Quill", "author", "Ada Quill"),
        ("name='parsely-author'", "Ada Quill", "author", "Ada Quill"),
        ("name='dc.creator'", "Ada Quill", "author", "Ada Quill"),
        ("property='article:author'", "https://example.org/ada", "author", None),
        ("name='author'", "admin", "author", None),
        ("name='og:locale'", "de_AT", "language", "en"),
        ("name='og:url'", "https://example.org/bell", "url", "https://example.org/bell"),
        ("name='og:url'", "javascript:alert(1)", "url", None),
    ],
)
def test_names_of_meta_in_use(name: str, value: str, field: str, want: str | None) -> None:
    assert getattr(about(f'<meta {name} content="{value}">'), field) == want


def test_who_posted_is_no_day() -> None:
    posted = about("<meta name=author content='by Wrenchwoman » Tue Aug 27 2024'>")
    assert (posted.author, posted.date) == ("Wrenchwoman", None)
    assert posted.claims["author"] == (Claim("meta", "Wrenchwoman"),) and "date" not in posted.claims


def test_one_meta_an_author() -> None:
    metas = "".join(f"<meta name=citation_author content='{name}'>" for name in ("Quill, Ada", "Reed, Bo"))
    assert about(metas).author == "Quill, Ada; Reed, Bo"


def test_the_label_of_a_card_says_what_it_holds() -> None:
    card = "<meta name='twitter:label1' content='{}'><meta name='twitter:data1' content='Ada Quill'>"
    assert about(card.format("Written by")).author == "Ada Quill"
    assert about(card.format("Est. reading time")).author is None


def test_of_several_articles_the_one_with_the_page_s_address() -> None:
    script = """<link rel=canonical href="https://example.org/bell/"><script type="application/ld+json">[
    {"@type": "Article", "url": "https://example.org/mill", "author": "Bo Reed"},
    {"@type": "Article", "mainEntityOfPage": {"@id": "https://www.example.org/bell"}, "author": "Ada Quill"}
    ]</script>"""
    assert about(script).author == "Ada Quill"


LINKED = '<script type="application/ld+json">{"@type": "Article", %s}</script>'


@pytest.mark.parametrize(
    ("head", "field", "want"),
    [
        ("", "title", [("html", "The bell of Oster")]),
        (
            LINKED % '"headline": "A bell returns"'
            + "<meta property='og:title' content='Bell, home at last'>",
            "title",
            [("json-ld", "A bell returns"), ("meta", "Bell, home at last"), ("html", "The bell of Oster")],
        ),
        (
            LINKED % '"headline": "The Bell of Oster"'
            + "<meta property='og:title' content='The bell of Oster'>",
            "title",
            [("json-ld", "The Bell of Oster")],
        ),
        (
            LINKED % '"headline": "The bell of…"'
            + "<meta name='og:title' content='The bell of Oster is back'>",
            "title",
            [("meta", "The bell of Oster is back")],
        ),
        (
            LINKED % '"datePublished": "2012-11-07"' + "<meta name=date content=2012-11-08>",
            "date",
            [("json-ld", "2012-11-07"), ("meta", "2012-11-08")],
        ),
        (
            LINKED % '"author": ["Ada Quill", "Bo Reed"]'
            + "<meta name=author content='Bo Reed and Ada Quill'>",
            "author",
            [("json-ld", "Ada Quill; Bo Reed")],
        ),
        (
            LINKED % '"author": "Ada Quill"' + "<meta name=author content='Hill Desk'>",
            "author",
            [("json-ld", "Ada Quill"), ("meta", "Hill Desk")],
        ),
        (
            LINKED % '"publisher": {"name": "The Hill Gazette"}',
            "site",
            [("meta", "Hill Gazette"), ("json-ld", "The Hill Gazette")],
        ),
        (LINKED % '"inLanguage": "fr-FR"', "language", [("html", "en"), ("json-ld", "fr")]),
        (
            "<link rel=canonical href='https://example.org/a/'><meta name='og:url' content='http://www.example.org/a'>",
            "url",
            [("link", "https://example.org/a/")],
        ),
    ],
)
def test_who_won_and_who_says_otherwise(head: str, field: str, want: list[tuple[str, str]]) -> None:
    assert [tuple(one) for one in about(head).claims[field]] == want


def test_the_record_names_the_sources() -> None:
    head = LINKED % '"datePublished": "2012-11-07"' + "<meta name=date content=2012-11-08>"
    done = cleaner.clean(PAGE.format(head=head, body=BODY), settings=cleaner.Settings(effort="fast"))
    record = to_record(done, "a.html")
    assert record["site"] == "Hill Gazette"
    assert record["sources"] == {
        "title": {"from": "html"},
        "date": {"from": "json-ld", "others": [{"from": "meta", "value": "2012-11-08"}]},
        "site": {"from": "meta"},
        "language": {"from": "text"},
    }
    assert {name for name in record["sources"] if record[name] is None} == set()


def sources(metadata: Metadata) -> set[str]:
    return {claim.source for claims in metadata.claims.values() for claim in claims}


def test_trafilatura_is_heard_where_it_is_asked() -> None:
    page = PAGE.format(head="<meta property='og:title' content='A bell returns'>", body=BODY)
    page = page.replace("<article>", "<article><h1>A bell returns</h1><p>Nov 8, 2012</p>{}")
    page = page.format("<p><span class=author>Bell, Ada</span></p>")  # which `visible.py` takes for a title
    cheap = cleaner.clean(page, settings=cleaner.Settings())
    full = cleaner.clean(page, settings=cleaner.Settings(metadata="full"))
    assert cheap.text == full.text
    assert "trafilatura" not in sources(cheap.metadata)
    assert (full.metadata.author, sources(full.metadata) - sources(cheap.metadata)) == (
        "Bell; Ada",
        {"trafilatura"},
    )
    assert merge_metadata(full.metadata, Metadata()) == full.metadata
    assert full.metadata.date == cheap.metadata.date == "2012-11-08"


def test_others_are_few_and_short() -> None:
    metas = "".join(
        f"<meta name='{name}' content='{name} {'x' * 9000}'>" for name in metadata._TITLE_META.split()
    )
    told = about(metas).claims["title"]
    assert len(told) == 1 + MAX_ALTERNATIVES and all(
        len(one.value) <= metadata.MAX_VALUE_CHARS for one in told
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "head",
    [
        lambda n: LINKED % ('"author": [' + '{"name": "Ada Quill"},' * n + "3]"),
        lambda n: LINKED % ('"headline": "' + "&amp;" * n + '"'),
        lambda n: '<script type="application/ld+json">{"@graph": ' + "[" * n,
        lambda n: '<script type="application/ld+json">' + '{"@type": "Article", "author": ' * n + "</script>",
        lambda n: '<script type="application/ld+json">{}</script>' * n,
        lambda n: "<meta name=author content='Ada Quill'>" * n,
        lambda n: "<meta name=citation_author content='Ada Quill'>" * n,
        lambda n: "".join(f"<meta name='m{k}' content='{k} - | - '>" for k in range(n)),
        lambda n: "<meta property='og:title' content='" + "a - " * n + "'>",
        lambda n: "<meta name=date content='" + "7 - " * n + "'>",
        lambda n: "<meta name=author content='" + "; " * n + "'>",
        lambda n: (
            f"<link rel=canonical href='http://a/{'?' * n}\nb'>"
            + LINKED % f'"url": "http://a/{"?" * n}\\nb"'
            + LINKED % '"url": "http://b/"'
        ),
    ],
)
def test_hostile_heads_cost_no_more_than_their_length(head: Callable[[int], str]) -> None:
    def seconds(n: int) -> float:
        return cpu_seconds(lambda: about(head(n)))

    seconds(1000)
    once, eightfold = seconds(2000), seconds(16000)
    assert eightfold < 20 * once + 0.1, f"{once:.3f} s, then {eightfold:.3f} s"


@pytest.mark.parametrize("deep", [900, 1000, 1010, 1020, 1100])
@pytest.mark.parametrize("name", ["@id", "isAccessibleForFree", "author", "headline", "isPartOf"])
def test_what_is_nested_where_a_word_belongs(name: str, deep: int) -> None:
    nested = "[" * deep + "]" * deep
    page = "<head>" + LINKED % f'"name": "a", "{name}": {nested}' + "</head><p>Text.</p>"
    assert cleaner.clean(page, kind="html", settings=cleaner.Settings(effort="fast")).restore() == page


def test_addresses_stay_whole() -> None:
    long = "http://example.org/" + "a" * 3000
    assert cleaner.clean("<p>Text.</p>", kind="html", url=long).metadata.url == long
    assert about(f"<link rel=canonical href='{long}'>").url is None


OWNER = '{"@type": "Person", "name": "Bo Reed"}'


def ld(author: str, publisher: str = '{"@type": "Organization", "name": "The Quay Herold"}') -> str:
    return (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Bell back",'
        f' "author": {author}, "publisher": {publisher}}}</script>'
    )


OG_URL = '<meta property="og:url" content="http://%s.co.uk/a">'


@pytest.mark.parametrize(
    ("head", "author"),
    [
        (ld('{"@type": "Organization", "name": "Quay Desk"}'), None),
        (ld('{"@type": "NewsMediaOrganization", "name": "The Quay Herold"}'), None),
        (ld('{"@type": "Organization", "name": "Q"}') + '<meta name="author" content="Bo Reed">', "Bo Reed"),
        (ld('[{"@type": "Organization", "name": "Q"}, {"@type": "Person", "name": "Bo Reed"}]'), "Bo Reed"),
        # called a person, and yet the site or its publisher
        (ld('{"@type": "Person", "name": "The Quay Herold"}'), None),
        ('<meta name="author" content="Hill Gazette">', None),
        ('<link rel="canonical" href="https://www.quay.example/a"><meta name="author" content="Quay">', None),
        (OG_URL % "boreed" + '<meta name="author" content="Bo Reed">', "Bo Reed"),
        (OG_URL % "apost" + '<meta name="author" content="A Post">', None),
        ('<meta name="author" content="Taboola">', None),
        ('<meta name="author" content="12 March 2024">', None),
        ('<meta name="author" content="example.org/people/ada">', None),
        # a site of one's own, as Yoast declares it; and one called so whose publisher is none
        (ld(OWNER, '{"@type": ["Person", "Organization"], "name": "Bo Reed"}'), "Bo Reed"),
        (ld(OWNER, '{"@type": "Organization", "name": "Bo Reed"}'), None),
        # people whose names hold such words
        ('<meta name="author" content="Hill Gazetteer">', "Hill Gazetteer"),
        ('<meta name="author" content="April May">', "April May"),
        (ld('{"@type": ["Person", "Organization"], "name": "Ada Quill"}'), "Ada Quill"),
    ],
)  # fmt: skip
def test_a_publisher_is_no_author(head: str, author: str | None) -> None:
    assert about(head).author == author


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("The bell is back | Hill Gazette | 06.02.2025", "The bell is back"),
        ("The bell is back - Hill Gazette - 6 February 2025", "The bell is back"),
        ("What the town lost – 1914 to 1918", "What the town lost – 1914 to 1918"),
        ("Photos from the market | 3.5 stars", "Photos from the market | 3.5 stars"),
    ],
)
def test_a_title_ends_before_site_and_date(title: str, left: str) -> None:
    assert about(f'<meta property="og:title" content="{title}">').title == left


@pytest.mark.parametrize(
    ("name", "value", "day"),
    [
        ("og:regDate", "20201207190232", "2020-12-07"),
        ("sis.publish-time", "20260714 18:30", "2026-07-14"),
        ("article:create_date", "2024-05-03 10:00", "2024-05-03"),
        ("last-modified-date", "20260714", None),
        ("event-date", "20260714", None),
        ("og:regDate", "20261399", None),
    ],
)
def test_dates_under_other_names_and_without_separators(name: str, value: str, day: str | None) -> None:
    assert about(f'<meta name="{name}" content="{value}">').date == day


@pytest.mark.parametrize(("tag", "code"), [("nb-NO", "no"), ("iw", "he"), ("zu", "zu")])
def test_language_codes_have_one_form(tag: str, code: str) -> None:
    assert metadata._language_code(tag) == code
