"""A wall in an article's place is said; an article that is all there never is one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cleaner
from cleaner.output.record import to_record
from tests.cli.run import cleaner as run
from tests.output.test_cleaned import PROSE, holds

FAST = cleaner.Settings(effort="fast")
HEAD = '<header><nav><a href="/">Home</a> <a href="/news">News</a></nav><a href="/in">Log in</a></header>'
FOOT = "<footer><p>© 2024 The Hollin Courier. All rights reserved.</p></footer>"
LOCKED = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":%s}</script>'
SECOND = (
    "Its pilot had asked for new lamps in the spring, and the harbour had said that it would think of it."
)
BRIEF = f"<h1>The ferry is late</h1><p>{PROSE}</p><p>{SECOND}</p>"
ARTICLE = BRIEF + "".join(
    f"<p>On day {n} of the strike the pilots met in the old customs house, where a stove had been lit.</p>"
    for n in range(12)
)
WALL = (
    "<div class=gate><h3>To continue reading, subscribe</h3>"
    "<p>Already a subscriber? <a href=/in>Sign in</a></p><button>Subscribe for 1 euro</button></div>"
)
COOKIES = (
    "<h2>We value your privacy</h2><p>We and our partners store and/or access information on a device, such "
    "as cookies, and process personal data. You may withdraw your consent at any time.</p>"
    "<button>Accept all</button><button>Manage choices</button>"
)


def cleaned(body: str, head: str = "") -> cleaner.Cleaned:
    page = f"<html><head>{head}</head><body>{HEAD}<main>{body}</main>{FOOT}</body></html>"
    done = cleaner.clean(page, kind="html", settings=FAST)
    holds(done, page)
    return done


@pytest.mark.parametrize(
    "wall",
    [
        WALL,
        "<p>This article is for subscribers only.</p><p>Already subscribed? Log in</p>",
        "<p>Dieser Artikel ist nur für Abonnenten.</p><p>Bereits Abonnent? Anmelden</p>",
        "<p>Cet article est réservé aux abonnés</p><p>Déjà abonné ? Se connecter</p>",
        "<p>You've reached your free article limit.</p><p>Start your free trial</p>",
    ],
)
def test_a_stub_is_said_and_loses_the_words_of_the_wall(wall: str) -> None:
    done = cleaned(BRIEF + wall)
    assert (done.note, done.verdict) == ("paywall", "clean")
    assert PROSE in done.text and SECOND in done.text
    assert "ubscri" not in done.text and "bonn" not in done.text and "limit" not in done.text


@pytest.mark.parametrize(
    "wall",
    [
        "<p>この記事は会員限定です。</p><p>会員登録・ログインはこちら</p>",
        "<p>本文仅限会员阅读</p><p>立即订阅即可阅读全文</p>",
        "<p>Чтобы читать дальше, нужна подписка</p><p>Уже есть подписка? Войдите</p>",
        "<p>Haberin devamını okumak için</p><p>Zaten abone misiniz?</p>",
        "<p>Aby czytać dalej, wykup dostęp</p><p>Masz już konto? Zaloguj się</p>",
        "<p>Saken er kun for abonnenter</p><p>Allerede abonnent? Logg inn</p>",
    ],
)
def test_walls_of_other_languages_go(wall: str) -> None:
    done = cleaned(BRIEF + wall)
    assert (done.note, done.verdict) == ("paywall", "clean")
    assert done.text.endswith(SECOND)


def test_prices_and_plans_go_with_the_wall_they_stand_in() -> None:
    plans = "<p>Full access from 4 crowns a week.</p><ul><li>Digital: 4.99 a month</li></ul>"
    inside = cleaned(BRIEF + WALL.replace("</p><button>", f"</p>{plans}<button>"))
    assert (inside.note, "4." in inside.text, SECOND in inside.text) == ("paywall", False, True)
    loose = cleaned(
        BRIEF + "<p>The fare rises to 4.99.</p><p>Subscribe to continue reading</p><p>Log in to read</p>"
    )
    assert "4.99" in loose.text and PROSE in loose.text


@pytest.mark.parametrize("said", ["false", '"False"', '"http://schema.org/False"'])
def test_where_a_page_declares_itself_locked_one_line_is_enough(said: str) -> None:
    line = "<p>Already a subscriber? Sign in</p>"
    assert cleaned(BRIEF + line, LOCKED % said).note == "paywall"
    assert cleaned(BRIEF + line).note is None
    assert cleaned(BRIEF + line, LOCKED % "true").note is None
    assert cleaned(BRIEF, LOCKED % said).note is None


def test_a_wall_without_an_article_is_empty() -> None:
    done = cleaned(f"<h1>The ferry is late</h1>{WALL}")
    assert (done.note, done.verdict, done.text) == ("paywall", "empty", "")
    done = cleaned(COOKIES)
    assert (done.note, done.verdict, done.text) == ("consent", "empty", "")
    assert any(cut.code == "consent-wall" for cut in done.removed)
    more = (
        "With your permission we and our partners may use precise geolocation data. You may click to consent."
    )
    assert cleaned(COOKIES.replace("<button>", f"<p>{more}</p><button>", 1)).note == "consent"


@pytest.mark.parametrize(
    "body",
    [
        BRIEF,
        ARTICLE,
        ARTICLE + WALL,
        WALL + ARTICLE,
        ARTICLE + COOKIES,
        BRIEF + COOKIES,
        COOKIES + BRIEF,
        BRIEF + "<p>Subscribe now for news of the harbour</p>",
        f"<p>{PROSE}</p><p>The paper asks readers to subscribe to continue reading, and many will not.</p>",
        "<p>The site uses cookies, said the judge, and nobody was asked to accept the cookies."
        f"<p>{PROSE}</p>",
        f"<p>{PROSE}</p>" + COOKIES,
    ],
)
def test_an_article_that_is_there_is_no_wall(body: str) -> None:
    done = cleaned(body)
    assert done.note is None
    assert PROSE in done.text


def test_a_locked_page_that_holds_its_article_is_no_stub() -> None:
    assert cleaned(ARTICLE + WALL, LOCKED % "false").note is None


def test_text_that_came_as_text_is_left_alone() -> None:
    text = f"{PROSE}\n\nTo continue reading, subscribe.\n\nAlready a subscriber? Sign in."
    assert cleaner.clean(text, kind="text").note is None


@pytest.mark.slow
def test_the_record_and_the_message_say_it(tmp_path: Path) -> None:
    record = to_record(cleaned(BRIEF + WALL), "a.html")
    assert record["note"] == "paywall"
    assert to_record(cleaned(ARTICLE), "a.html")["note"] is None
    for name, body in (("a", BRIEF + WALL), ("b", COOKIES)):
        page = f"<html><body>{HEAD}<main>{body}</main>{FOOT}</body></html>"
        (tmp_path / f"{name}.html").write_text(page, "utf-8")
    ran = run("clean", "a.html", "b.html", "-v", "-f", "jsonl", "--effort", "fast", cwd=tmp_path)
    assert "a.html: clean" in ran.err and "a paywall stands before the rest of the article" in ran.err
    assert "b.html: empty: a consent wall, no article" in ran.err
    assert [json.loads(line)["note"] for line in ran.out.splitlines()] == ["paywall", "consent"]
