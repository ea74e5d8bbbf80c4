"""Clean texts whose lines hold a page's words stay as they are; the same lines go where a page is around."""

from __future__ import annotations

import pytest

from cleaner import clean
from cleaner.output.cleaned import Cleaned
from tests.cases import ROOT, read_cases

# Texts of many registers that hold words which pages have on their buttons.
CLEAN_TEXTS = {case.title: case.input for case in read_cases(ROOT / "fixtures" / "clean-texts.case")}
# Lines of those texts as a page has them: in bars, with a box around, below its article.
HALF_CLEANED = {
    "a bar of networks": ("YouTube", "LinkedIn", "Facebook", "Instagram", "TikTok"),
    "networks with their counts": ("Facebook 97", "Twitter 38", "Email 5"),
    "a bar of labels": ("Stay connected", "Social media", "Mobile app", "Newsletter"),
    "a form": ("Leave a comment", "Your name", "Your email", "Website", "Post comment"),
    "suggested reading": (
        "Suggested reading:",
        "- What is the difference between a peal and a quarter peal?",
        "- Eight reasons why I rang my first bell at sixty",
        "- How to choose a tower near you",
    ),
    "hashtags": ("#kites #wind #making",),
    "a notice": ("Copyright (c) 1998, 2004 The Hollin Society", "All rights reserved."),
    "an account": ("Sign in", "Create account", "Log out"),
}


def cuts(done: Cleaned, raw: str) -> list[tuple[str, str]]:
    return [(cut.code, raw[cut.start : cut.end].strip()) for cut in done.removed]


@pytest.mark.parametrize("title", CLEAN_TEXTS)
@pytest.mark.parametrize("form", ["as it is", "without blank lines", "twice as long"])
def test_a_clean_text_stays(title: str, form: str) -> None:
    raw = CLEAN_TEXTS[title]
    if form == "without blank lines":
        raw = "\n".join(line for line in raw.split("\n") if line.strip()) + "\n"
    elif form == "twice as long":
        raw += "\n" + raw.replace("the", "a").replace("The", "This")
    done = clean(raw)
    assert not cuts(done, raw)
    assert done.text.split() == raw.split()


@pytest.mark.parametrize("lines", HALF_CLEANED.values(), ids=HALF_CLEANED)
def test_the_same_words_go_where_they_are_a_page_s(lines: tuple[str, ...]) -> None:
    """Menus above and a bar, a box or a notice below make the lines boilerplate."""
    raw = PAGE_HEAD + "\n".join(ARTICLE) + "\n" + "\n".join(lines) + "\n" + PAGE_FOOT
    done = clean(raw)
    kept = done.text.split("\n")
    assert not [line for line in lines if line in kept]
    assert all(line in kept for line in ARTICLE)


PAGE_HEAD = """Skip to content
Home
News
Sport
Log in
Subscribe
Home > News > Region
Share
Tweet
Email
"""
ARTICLE = (
    "The ropewalk of Hollin will turn again next spring, eighty years after the last rope left it.",
    "Three families of the town have bought the long shed behind the harbour and cleared it of reeds.",
    "“We found the old wheel under the floor,” said Tansy Quill, who keeps the tools. “It only wants oil.”",
    "The first rope is meant for the ferry, whose master has promised to pay for it in herrings.",
)
PAGE_FOOT = """Share this story
Leave a comment
Related articles
Ten huts that are open in winter
Why the ferry was late again this week
A bell for a goat and other orders
About us
Contact
Privacy Policy
Terms of use
© 2024 Hollin Courier. All rights reserved.
"""
