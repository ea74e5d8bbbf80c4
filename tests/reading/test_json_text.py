"""Where a page shows no article it is read from the JSON of its scripts; where it shows one it never is."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

import cleaner
from cleaner.document import Document, gaps_and_blocks
from cleaner.output.record import to_record
from cleaner.reading.page import read_document, read_html
from tests.clock import cpu_seconds
from tests.output.test_cleaned import holds

FAST = cleaner.Settings(effort="fast")
LINES = (
    "The ferry between the two islands was taken out of service after an engineer found a crack in it.",
    "“We have asked for a second vessel for eleven years,” said Tove Lindahl of the harbour office.",
    "Fares will not be charged while the fishing boats run, the council decided in an evening session.",
    "A petition for a bridge was signed by half of the islanders and has not been answered yet, they say.",
)
HTML = "".join(f"<p>{line}</p>\n" for line in LINES)
SHELL = '<!DOCTYPE html><html lang="en"><head><title>Ferry</title></head><body>%s</body></html>'
LOADING = '<nav><a href="/">Home</a></nav><div id="app">Loading...</div>'


def script(value: Any, before: str = "", behind: str = "", kind: str = "application/json") -> str:
    return f'<script type="{kind}">{before}{json.dumps(value)}{behind}</script>'


def single_quoted(text: str) -> str:
    escaped = json.dumps(text)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{escaped}'"


def stream(pieces: list[str]) -> str:
    """The scripts of Next.js that hold pieces of one text."""
    return "".join(f"<script>self.__next_f.push([1,{json.dumps(piece)}])</script>" for piece in pieces)


STATE = json.dumps({"article": {"title": "Ferry", "body": HTML}})
STREAM = f'0:["$","div",null,{{"children":"$L1"}}]\n1:{STATE}\n2:["$","p",null,{{}}]\n'
STREAM_WITH_TEXT = (
    '0:["$","$L1",null,{"article":{"title":"Ferry","body":"$2f"}}]\n'
    f"2e:T5,“a2f:T{len(HTML.encode()):x},{HTML}3:[]\n"
)
LD = {"@context": "https://schema.org", "@type": "NewsArticle", "articleBody": "\n".join(LINES)}
STATES = {
    "json-ld": script(LD, kind="application/ld+json"),
    "json-ld with tags": script({**LD, "articleBody": HTML}, kind="application/ld+json"),
    "json-ld with tags escaped": script(
        {**LD, "articleBody": HTML.replace("<", "&lt;").replace(">", "&gt;")}, kind="application/ld+json"
    ),
    "json-ld as a graph": script({"@graph": [{"@type": "WebSite"}, LD]}, kind="application/ld+json"),
    "next": script({"props": {"pageProps": {"article": {"title": "Ferry", "body": HTML}}}}),
    "tags as escape sequences": script({"article": {"body": HTML}}).replace("<p>", "\\u003cp\\u003e"),
    "nuxt 2": script(
        {"article": {"body": HTML}}, "window.__NUXT__=(function(a,b){return ", "}(1,2));", "text/javascript"
    ),
    "nuxt 3": script([["Reactive", 1], {"title": 2, "body": 3}, "Ferry", HTML]),
    "fusion": script(
        {
            "description": {"basic": "A summary of what happened. " * 30},
            "content_elements": [{"type": "text", "content": line} for line in LINES],
        },
        "window.Fusion=window.Fusion||{};Fusion.globalContent=",
        ";",
    ),
    "apollo, in pieces": script(
        {"A:1": {"body": {"json": [{"children": [{"text": t[:20]}, {"text": t[20:]}]} for t in LINES]}}},
        "window.__APOLLO_STATE__ = ",
    ),
    "paragraphs": script({"article": {"paragraphs": list(LINES)}}),
    "JSON.parse": f"<script>window.__INITIAL_STATE__ = JSON.parse({json.dumps(STATE)});</script>",
    "JSON.parse in single quotes": f"<script>window.__STATE__=JSON.parse({single_quoted(STATE)})</script>",
    "JSON.parse with escapes of JavaScript": "<script>load(JSON.parse({}))</script>".format(
        json.dumps(STATE).replace("<", "\\x3c").replace('\\"', "\\x22").replace("/", "\\/")
    ),
    "JSON.parse behind a program": f"<script>{'var a = 1;' * 99}f(JSON.parse({json.dumps(STATE)}))</script>",
    "JSON as a string": f"<script>window.__DATA__={json.dumps(STATE)};</script>",
    "stream": stream([STREAM]),
    "stream in pieces": stream([STREAM[k : k + 37] for k in range(0, len(STREAM), 37)]),
    "stream with a row of text": stream([STREAM_WITH_TEXT]),
    "stream with a row of text in pieces": stream(
        [STREAM_WITH_TEXT[k : k + 53] for k in range(0, len(STREAM_WITH_TEXT), 53)]
    ),
    "cut off": script({"article": {"body": HTML, "next": "no"}})[: -len('"no"}}</script>')] + "</script>",
    "several articles": script({"articles": [{"body": HTML}, {"body": HTML.replace("ferry", "bus")}]}),
}


def cleaned(body: str) -> cleaner.Cleaned:
    page = SHELL % body
    done = cleaner.clean(page, kind="html", settings=FAST)
    holds(done, page)
    return done


@pytest.mark.parametrize("name", STATES)
def test_an_article_that_only_a_script_holds_is_read(name: str) -> None:
    done = cleaned(LOADING + STATES[name])
    assert done.text.splitlines() == list(LINES)
    source = "json-ld" if name.startswith("json-ld") else "json"
    assert to_record(done, "a.html")["sources"]["text"] == {"from": source}
    assert done.note is None


@pytest.mark.parametrize("name", STATES)
def test_an_article_that_the_page_shows_is_read_there(name: str) -> None:
    for shown in (f"<article>{HTML}</article>", f"<article>{''.join(HTML.splitlines()[:1])}</article>"):
        done = cleaned(f"<nav><a href=/>Home</a></nav>{shown}{STATES[name]}")
        assert "text" not in done.metadata.claims
        assert LINES[0] in done.text and done.text.count(LINES[0]) == 1


@pytest.mark.parametrize(
    "state",
    [
        script({"consent": {"text": "We use cookies on this site for all you do. " * 20}}),
        script({"comments": [{"text": "I do not agree with a word of what is said here. " * 9}]}),
        script({"messages": {"content": "Your password is too short, choose another one. " * 9}}),
        script({"article": {"body": "Too short to be an article."}}),
        script({"article": {"description": " ".join(LINES)}}),
        "<script>function f(){return 'body'} f({html: \"" + "words and more words " * 30 + '"})</script>',
    ],
)
def test_other_strings_are_no_article(state: str) -> None:
    done = cleaned(LOADING + state)
    assert (done.verdict, done.note) == ("empty", "no-article")


def test_what_a_shop_shows_is_not_replaced_by_what_its_scripts_hold() -> None:
    shown = "".join(
        f"<div><b>Lamp {n}</b><p>Brass, with a wick of cotton</p><i>{n}0 crowns</i></div>" for n in range(40)
    )
    assert "text" not in cleaned(shown + STATES["next"]).metadata.claims
    assert "text" in cleaned("<div>Lamp</div>" + STATES["next"]).metadata.claims


def test_an_end_tag_inside_a_string_ends_the_script_as_in_a_browser() -> None:
    broken = STATES["next"].replace("</p>", "</script>", 1)
    page = SHELL % (LOADING + broken)
    assert "".join(gaps_and_blocks(Document("", page, "html"), read_html(page).blocks)) == page


HOSTILE = {
    "deep objects": lambda n: '{"a":' * n + '{"body":"' + HTML,
    "deep arrays": lambda n: "[" * n + '{"body":"' + HTML,
    "escaped quotes": lambda n: '{"body":"' + '\\"' * n,
    "quotes": lambda n: '{"body":"' + '"' * n,
    "backslashes": lambda n: '{"body":"' + "\\" * n,
    "line ends": lambda n: '{"body":"' + "a b \\n" * n + '"}',
    "references": lambda n: '{"body":"' + "&lt;p&gt; a b" * n + '"}',
    "escapes": lambda n: '{"body":"' + "\\u0061 \\u00e9" * n + '"}',
    "calls of JSON.parse": lambda n: 'f(JSON.parse("' * n,
    "quotes in turn": lambda n: "f(JSON.parse(\"a JSON.parse('b" * n,
    "pieces of a stream": lambda n: 'self.__next_f.push([1,"1:T9,a b"]);' * n,
    "rows of a stream": lambda n: 'self.__next_f.push([1,"' + "1:Tfffff,a b\\n" * n,
    "escapes in a string": lambda n: 'f(JSON.parse("{\\"body\\":\\"' + "a\\\\n \\u00e9" * n + '\\"}"))',
    "many strings": lambda n: '{"a":[' + '{"body":"a b c"},' * n,
    "many pieces": lambda n: '{"a":[{"children":[' + '{"text":"a b c "},' * n,
}


@pytest.mark.slow
@pytest.mark.parametrize("shape", HOSTILE)
def test_reading_hostile_json_takes_time_in_proportion(shape: str) -> None:
    small, large = (f"<script>{HOSTILE[shape](n)}</script>" for n in (10_000, 40_000))
    # four times as much takes four times as long; sixteen times would be a quadratic step
    assert cpu_seconds(lambda: read_html(large)) < 9 * max(cpu_seconds(lambda: read_html(small)), 0.002)


MARKUP = (
    'JSON.parse("',
    'self.__next_f.push([1,"',
    "2f:T9,",
    '"])',
    '")',
    '\\"',
    "\\n",
    "\\u201c",
    "\\ud83d",
    "<p>",
    "&lt;p&gt;",
    "</script>",
    "<script>{",
    "a b ",
)


def test_blocks_of_random_json_hold_the_laws() -> None:
    chance = random.Random(7)
    strings = ['"articleBody":"', '"body":"', '"text":"', '"children":[', LINES[0] * 3]
    pieces = [*'"\\{}[]:, ', *strings, *MARKUP]
    for _ in range(300):
        raw = "<script>{" + "".join(chance.choices(pieces, k=chance.randint(1, 60)))
        doc = Document("", raw, "html")
        blocks = read_document(doc).blocks
        assert "".join(gaps_and_blocks(doc, blocks)) == raw
        for block in blocks:
            assert block.text.strip() and not set(block.text) & set("\n\r") and "<br>" not in block.text


@pytest.mark.slow
def test_a_bundle_of_megabytes_hides_no_article() -> None:
    bundle = "<script>" + "var a=1;" * 520_000 + "</script>"
    done = cleaner.clean(
        SHELL
        % (LOADING + bundle + script({"@type": "Article", "articleBody": HTML}, kind="application/ld+json")),
        settings=FAST,
    )
    assert all(line in done.text for line in LINES)
