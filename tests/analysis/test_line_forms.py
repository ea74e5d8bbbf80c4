"""Line forms: whole lines with slots, believed by words and place; each drop beside what must stay."""

from __future__ import annotations

import pytest

from cleaner import clean
from cleaner.analysis.line_forms import Form, LineForms, load_forms, parse_forms
from cleaner.analysis.normalize import fold
from cleaner.rules import RULES

ARTICLE = """The ropewalk was closed in the spring of the year when the railway came, and its last rope hangs over the door of the inn.
A carpenter has measured the long hall, and thinks that a walk of a hundred paces could be opened again within a year.
The council wants to see his drawings first, and has asked the museum on the hill whether it would lend its wheel."""  # noqa: E501
PARAGRAPHS = ARTICLE.splitlines()


def form_of(line: str, *sources: str) -> Form | None:
    forms = LineForms(Form("code", "anywhere", source) for source in sources)
    return forms.of_block(fold(line), line)


@pytest.mark.parametrize(
    ("line", "source"),
    [
        (
            "The post A long walk appeared first on Quay Letter.",
            "the post {headline} appeared first on {name}",
        ),
        (">> Read more trending stories", "read more (trending/top) stories"),
        ("Read more stories", "read more (trending/) stories"),
        ("And follow us on Facebook!", "(and/) follow us on {site}"),
        ("Follow us on Facebook, Instagram and X", "(and/) follow us on {site}"),
        ("4.8 from 112 votes", "{n} from {n} votes"),
        ("30 min reading time", "{n} (min/minutes) (read/reading time)"),
        ("Subscribe to our weekly letter", "(subscribe/sign up) (to/for) (our/the) {words}"),
        ("Tell us below", "tell us{rest}"),
        ("Tell us", "tell us{rest}"),
        ("最先出现在渡口", "最先出现在{name}"),
    ],
)
def test_a_line_has_a_form(line: str, source: str) -> None:
    assert form_of(line, source)


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("The post in the hall appeared first on a coin.", "the post {headline} appeared first on {name}"),
        ("Follow the wall on Facebook", "follow {name} on {site}"),
        ("Follow hashtag #quay on Twitter", "follow {name} on {site}"),
        ("Tell us below. The wheel stands on the hill.", "tell us{rest}"),
        ("Telling us", "tell us{rest}"),
        ("30 minutes to the ferry", "{n} (min/minutes) (read/reading time)"),
        ("Subscribers to our weekly letter", "(subscribe/sign up) (to/for) (our/the) {words}"),
        ("He said to follow us on Facebook", "follow us on {site}"),
    ],
)
def test_a_line_has_no_form(line: str, source: str) -> None:
    assert form_of(line, source) is None


def test_a_form_believed_anywhere_is_taken_before_one_that_has_its_place() -> None:
    forms = LineForms([Form("code", "end", "leave a {name}"), Form("code", "anywhere", "leave a comment")])
    found = forms.of_block("leave a comment", "Leave a comment")
    assert found and found.place == "anywhere"


def test_each_sentence_of_a_line_must_have_a_form() -> None:
    sources = ("copyright {n}", "follow {name} on {site}")
    assert form_of("Copyright 2014. Follow Per Dahl on Twitter.", *sources)
    assert form_of("Mad about ropes? Follow Per Dahl on Twitter.", *sources)
    assert form_of("Copyright 2014. The wheel stands on the hill.", *sources) is None


@pytest.mark.parametrize(
    "source", ["en: read more\n", "[middle]\n", "[end]\nread more\n", "[end]\nen: {nam} x\n"]
)
def test_a_file_with_a_slip_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"share-bar\.txt:\d|no slot"):
        list(parse_forms("share-bar", source))


def test_every_form_shipped_belongs_to_a_rule_and_can_be_matched() -> None:
    codes = {rule.code for rule in RULES}
    for _, form in load_forms():
        assert form.code in codes
        assert not form.matches("\0", "\0"), form.source
        assert form.keys or form.needle, form.source


@pytest.mark.parametrize(
    "line",
    [
        "The post A long walk appeared first on Quay Letter.",
        "Der Beitrag Ein langer Gang erschien zuerst auf Hafenblatt.",
        "La entrada Un largo paseo se publicó primero en La Plaza.",
        "Follow Per Dahl on Twitter.",
        "Have a tip? Email us at tips@quay.example",
        "Copyright 2014 The Quay Press. All rights reserved.",
        "Thanks for reading!",
        "Keep in touch! Find Quay Weekly on Facebook and Pinterest. Sign up for our newsletter here.",
        "Suivez-nous sur Facebook et Twitter",
        "Wszelkie prawa zastrzeżone.",
        "(Reporting by Agnes Morrow; Editing by Neil Ward)",
    ],
)
def test_at_the_end_of_a_clean_text_such_lines_go(line: str) -> None:
    assert clean(f"{ARTICLE}\n{line}").text == ARTICLE


@pytest.mark.parametrize(
    "line",
    [
        "“Thanks for reading,” she says to everyone who leaves.",
        "The keeper wants to keep in touch with the sailors, and to find them on the quay in summer.",
        "See you in the long hall.",
        "Per Dahl is looking for a flat near the quay.",
        "The story was published in a book that nobody has seen.",
    ],
)
def test_at_the_end_of_a_clean_text_the_article_stays(line: str) -> None:
    text = f"{ARTICLE}\n{line}"
    assert clean(text).text == text


@pytest.mark.parametrize(
    "line",
    [
        "View image in fullscreen",
        "after newsletter promotion",
        "This video could not be played",
        "4.8 from 112 votes",
        "Jump to Recipe",
        "Lesen Sie auch: Warum die alte Brücke gesperrt bleibt",
        "La suite après la publicité",
        "1/12",
        "Copy link",
        "Tap here to join our WhatsApp channel",
        "Add us as a preferred source on Google",
        "Continue reading your article with a Courier subscription",
        "Don't miss the big stories. Like us on Facebook.",
        "Have something to say about this story? Leave a comment below.",
        "Got a story? Email tips@quay.example",
        "Report a typo",
        "This is a carousel. Use Next and Previous buttons to navigate",
        "Reading time: 4 minutes",
        "Lesezeit: 4 Minuten",
        "[Read: Harbour crane sold to a museum in the north]",
        "More: Harbour crane sold to a museum in the north",
        "Image caption, The long hall in the spring",
        "Photograph: Neil Ward/Getty Images",
    ],
)
def test_between_paragraphs_of_a_clean_text_such_lines_go(line: str) -> None:
    assert clean("\n".join((*PARAGRAPHS[:2], line, *PARAGRAPHS[2:]))).text == ARTICLE


@pytest.mark.parametrize(
    "line",
    [
        "The video could not be played in court because the judge had no screen.",
        "Read more slowly",
        "What happens next",
        "More: that is what the carpenter asks for, and what he will ask for again.",
        "Read the drawings, he said, before you vote on them.",
        "The link was copied by hand from a book of 1911.",
        "Reading takes four minutes, and building takes a year.",
        "Photographs by Neil Ward hang in the long hall.",
        "The guide tells them to follow Per Dahl on Twitter, where he announces new ropes each week.",
    ],
)
def test_between_paragraphs_of_a_clean_text_the_article_stays(line: str) -> None:
    text = "\n".join((*PARAGRAPHS[:2], line, *PARAGRAPHS[2:]))
    assert clean(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for reading\nThe lines I left\nUpon the sand\nThanks for reading\nMy left hand\n",
        "Jump to Recipe\nShare this post\nView image in fullscreen\n",
        "follow_us = True\nshare_this = 'post'\nprint('Thanks for reading!')\n",
    ],
)
def test_without_an_article_no_form_is_heard(text: str) -> None:
    assert not {"publication-note", "author-note"} & {cut.code for cut in clean(text).removed}
    assert "Thanks for reading" not in text or "Thanks for reading" in clean(text).text
