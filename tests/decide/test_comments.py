"""With `--comments keep` a page's comments stay, and only they."""

from __future__ import annotations

import cleaner
from tests.output.test_cleaned import PROSE, holds

SAID = ("lovely boats, thx", "I was there and it rained all day long, as it does.", "lol same")
THREAD = "".join(f'<li class="comment"><div class="comment-body"><p>{said}</p></div></li>' for said in SAID)
STORY = "".join(f"<p>On day {n} of the strike {PROSE[0].lower()}{PROSE[1:]}</p>" for n in range(12))
ASIDE = (
    '<div class="sidebar"><ul><li><a href="/a">Ten huts</a></li><li><a href="/b">Boats</a></li></ul></div>'
)
PAGE = (
    f'<html><body class="has-comments"><main><article>{STORY}</article></main>'
    f'<section id="comments"><h3>3 Comments</h3><ol class="comment-list">{THREAD}</ol></section>'
    f"{ASIDE}</body></html>"
)


def lines(comments: str, page: str = PAGE) -> list[str]:
    settings = cleaner.Settings(effort="fast", comments="keep" if comments == "keep" else "drop")
    done = cleaner.clean(page, kind="html", settings=settings)
    holds(done, page)
    return done.text.split("\n")


def test_comments_stay_when_asked_for() -> None:
    kept, dropped = lines("keep"), lines("drop")
    assert set(SAID) <= set(kept)
    assert not {SAID[0], SAID[2]} & set(dropped)
    assert "Ten huts" not in kept
    assert [line for line in kept if line.startswith("On day")] == [
        line for line in dropped if line.startswith("On day")
    ]


def test_they_stay_below_other_articles_as_well() -> None:
    links = "".join(
        f"<p><a href='/{n}'>Ten huts in the valley, part {n}</a> <time>{n} hours ago</time></p>"
        for n in (2, 3)
    )
    page = PAGE.replace('<section id="comments">', f'<h3>Related articles</h3>{links}<section id="comments">')
    kept, dropped = lines("keep", page), lines("drop", page)
    assert set(SAID) <= set(kept)
    assert not {*SAID} & set(dropped)
    assert not any("Ten huts" in line for line in kept)
