from __future__ import annotations

import re
from dataclasses import replace

import click

import cleaner
from cleaner.diff.terminal import DisplayOptions, Totals, code_table, diff_lines, headline, total_line
from cleaner.diff.view import DocumentDiff, diff_document, failed_diff
from cleaner.output.cleaned import Garbled, GarbledSpan

PAGE = (
    "Share Tweet Email\n"
    "The hut at the top of the pass is closed this winter, because its roof did not survive the storm.\n"
    "A volunteer found the roof down the slope. [Read more: Ten huts that are open] It was almost whole.\n"
    "\n"
    "The cafÃ© in the valley is open.\n"
    + "".join(
        f"Paragraph {n} tells what the club hopes to do with the hut when June has come.\n" for n in range(9)
    )
    + "© 2024 Hollin Courier. All rights reserved.\n"
)


def seen(raw: str = PAGE) -> DocumentDiff:
    return diff_document(cleaner.clean(raw, kind="text"))


def plain(look: DisplayOptions | None = None, raw: str = PAGE) -> list[str]:
    return [click.unstyle(line) for line in diff_lines(seen(raw), look or DisplayOptions())]


def test_what_goes_and_what_is_mended_with_three_lines_around() -> None:
    assert plain() == [
        "@@ line 1 @@",
        "-Share Tweet Email  [share-bar, chrome]",
        " The hut at the top of the pass is closed this winter, because its roof did not survive the storm.",
        "-A volunteer found the roof down the slope. [Read more: Ten huts that are open] "
        "[read-also, related] It was almost whole.",
        "+A volunteer found the roof down the slope. It was almost whole.",
        "",
        "-The cafÃ© in the valley is open.  [mojibake]",
        "+The café in the valley is open.",
        *(
            f" Paragraph {n} tells what the club hopes to do with the hut when June has come."
            for n in range(3)
        ),
        "@@ 3 lines kept; line 12 @@",
        *(
            f" Paragraph {n} tells what the club hopes to do with the hut when June has come."
            for n in range(6, 9)
        ),
        "-© 2024 Hollin Courier. All rights reserved.  [legal-line, chrome]",
    ]


def test_by_word_a_line_is_shown_once_and_its_long_stretches_folded() -> None:
    lines = plain(DisplayOptions(1, in_place=True))
    assert (
        "~A volunteer found the roof down the slope. [-[Read more: Ten huts that are open]-] "
        "[read-also, related] It was almost whole."
    ) in lines
    assert "~The [-cafÃ©-]{+café+} in the valley is open.  [mojibake]" in lines
    long = plain(
        DisplayOptions(1, in_place=True),
        raw=PAGE.replace("It was almost whole.", "It was " + "very " * 40 + "whole."),
    )
    assert "-] [read-also, related] It was very very very very very very ⟨35 words⟩" in "\n".join(long)


def test_context_is_as_asked() -> None:
    assert not [line for line in plain(DisplayOptions(0)) if line.startswith(" Paragraph")]
    assert len([line for line in plain(DisplayOptions(None)) if line.startswith(" Para")]) == 9
    assert "@@ 9 lines kept; line 15 @@" in plain(DisplayOptions(0))


def test_kept_lines_after_the_last_change_are_counted() -> None:
    raw = "".join(PAGE.splitlines(keepends=True)[:-1])
    assert plain(raw=raw)[-1] == "@@ 6 lines kept @@"


def test_reasons_in_words_when_asked_for() -> None:
    assert any(
        "[share-bar, chrome: share or follow buttons" in line
        for line in plain(DisplayOptions(with_reasons=True))
    )


def test_colours_say_nothing_that_plain_text_does_not() -> None:
    coloured = "\n".join(diff_lines(seen(), DisplayOptions()))
    assert re.findall(r"\x1b\[9m(.*?)\x1b", coloured) == [
        "Share Tweet Email", "[Read more: Ten huts that are open]", "cafÃ©",
        "© 2024 Hollin Courier. All rights reserved.",
    ]  # fmt: skip
    assert click.unstyle(coloured).splitlines() == plain()


def test_spun_phrases_are_underlined_with_what_they_stand_for() -> None:
    done = cleaner.clean("The minister mentioned that the last bus had left the station.", kind="text")
    at = done.text.index("mentioned")
    spans = (GarbledSpan(at, at + 9, "mentioned", "said", 5.1),)
    lines = [
        *diff_lines(
            diff_document(replace(done, garbled=Garbled(6.8, spans), verdict="garbled")), DisplayOptions()
        )
    ]
    assert "\x1b[4mmentioned\x1b[0m" in lines[1]
    assert click.unstyle(lines[1]) == " The minister mentioned{=said} that the last bus had left the station."


def test_nothing_from_a_document_reaches_the_terminal_raw() -> None:
    evil = "Share \x1b[2JTweet\x1b]0;owned\x07 \u202eEmail\x9b31m\n"
    raw = evil + PAGE + "Sub\x08\x08scribe to our newsletter\x1b[5m\n"
    page = diff_document(cleaner.clean(f"<title>\x1b[2J</title><p>{evil}</p><p>{PAGE}</p>", kind="html"))
    lines = [
        *diff_lines(seen(raw), DisplayOptions(None)),
        *diff_lines(page, DisplayOptions(None, True)),
        headline(replace(page, id="\x1b[2J")),
    ]
    lines.append(headline(failed_diff("a", "b\x1b]0;x\x07", "binary", "no \x1b[2J text")))
    for line in lines:
        assert "\x1b]" not in line and "\x1b[2J" not in line and "\u202e" not in line and "\x9b" not in line
        assert not set(click.unstyle(line)) & set(map(chr, range(32)))


def test_headline_and_total() -> None:
    one = seen()
    assert click.unstyle(headline(one)).startswith(": clean; kept 90.1% of 972 characters, 3 cuts, 1 rep")
    quiet = click.unstyle(headline(seen("Rain at noon.")))
    assert quiet.startswith(": clean; kept 100.0% of 13 characters, nothing cut; confidence 0.")
    assert click.unstyle(headline(failed_diff("a", "in/a", "binary", "in/a: a binary file"))) == (
        "in/a: failed: in/a: a binary file"
    )
    totals = Totals()
    totals.add(one)
    totals.add(seen())
    assert totals.changed
    assert "2 documents: 2 clean; kept" in total_line(totals) and "6 cuts, 2 repairs" in total_line(totals)
    first = next(code_table(totals.code_totals))
    assert first.split() == ["legal-line", "(chrome)", "2", "times", "86", "characters"]
