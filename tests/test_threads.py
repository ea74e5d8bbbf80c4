"""With `--comments keep` a page's comments stay, and only they."""

from __future__ import annotations

import cleaner
from tests.test_cleaned import PROSE, holds

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


def lines(comments: str) -> list[str]:
    settings = cleaner.Settings(effort="fast", comments="keep" if comments == "keep" else "drop")
    done = cleaner.clean(PAGE, kind="html", settings=settings)
    holds(done, PAGE)
    return done.text.split("\n")


def test_comments_stay_when_asked_for() -> None:
    kept, dropped = lines("keep"), lines("drop")
    assert set(SAID) <= set(kept)
    assert not {SAID[0], SAID[2]} & set(dropped)
    assert "Ten huts" not in kept
    assert [line for line in kept if line.startswith("On day")] == [
        line for line in dropped if line.startswith("On day")
    ]
