"""The manual pages of the reason codes, one source for the command, the documentation and the HTML page.

What a page says is the rule's docstring; its examples were taken from the rule's cases by `make golden`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cleaner.errors import MANUAL_PAGES
from cleaner.json_lines import loads
from cleaner.rules import first_paragraph, list_codes, manual_page

FAILED_LABEL = "failed"  # what the codes of documents that could not be cleaned are listed under
EXAMPLES_FILE = "examples.json"
LABEL_DESCRIPTIONS = {
    "body": "what speaks for a line: it takes nothing away",
    "chrome": "navigation, share bars, forms, legal lines",
    "ad": "advertisements and recommendation widgets",
    "related": "other articles",
    "meta": "bylines, datelines, repeated titles, captions, author notes",
    "spun": "words that a program substituted",
    "repair": "characters put right",
    "markup": "tags of an HTML page, and what withholds a whole document",
    FAILED_LABEL: "documents that could not be read or cleaned",
}

# A line of an example is a list of these: a sign (`-` removed, `+` inserted, ` ` kept) and the text.
DiffPiece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """A few lines in which a code takes something away, or in which it lets something stand."""

    title: str
    lines: tuple[tuple[DiffPiece, ...], ...]


@dataclass(frozen=True, slots=True)
class ManualPage:
    """The manual page of one code."""

    code: str
    label: str
    text: str
    drop: Example | None = None
    keep: Example | None = None

    @property
    def summary(self) -> str:
        """The page in a line."""
        return first_paragraph(self.text)

    @property
    def paragraphs(self) -> list[str]:
        """The text with each paragraph on a line of its own; what it drops and keeps are paragraphs, too."""
        parts = re.split(r"\n\n|\n(?=(?:Drops|Keeps|Next):)", self.text)
        return [" ".join(part.split()) for part in parts]


@cache
def manual_pages() -> dict[str, ManualPage]:
    """Every code's page: rules in their order, then repairs and markup, then failures."""
    examples: Any = loads((files("cleaner.data") / EXAMPLES_FILE).read_bytes())
    all_pages = [
        ManualPage(code, label, manual_page(code).strip(), *_read_examples(examples.get(code, {})))
        for label, code, _ in list_codes()
    ]
    all_pages += [ManualPage(str(code), FAILED_LABEL, text.strip()) for code, text in MANUAL_PAGES.items()]
    return {page.code: page for page in all_pages}


def _read_examples(fields: Any) -> Iterator[Example | None]:
    for name in ("drop", "keep"):
        example = fields.get(name)
        lines = (
            tuple(tuple((sign, text) for sign, text in line) for line in example["lines"]) if example else ()
        )
        yield Example(example["title"], lines) if example else None


def terminal_lines(page: ManualPage) -> Iterator[str]:
    """A page as lines for a terminal, without its head."""
    yield page.text
    for example, title in ((page.drop, "Taken"), (page.keep, "Kept")):
        if example:
            yield ""
            yield f"{title} ({example.title}):"
            yield from (_diff_line(line) for line in example.lines)


def _diff_line(line: tuple[DiffPiece, ...]) -> str:
    if len({sign for sign, _ in line}) == 1:
        return f"  {line[0][0]} " + "".join(text for _, text in line)
    return "  ~ " + "".join(_marked_piece(kind, text) for kind, text in line)


def _marked_piece(sign: str, text: str) -> str:
    return f"[-{text}-]" if sign == "-" else f"{{+{text}+}}" if sign == "+" else text


def manual_as_markdown() -> str:
    """All pages as one Markdown document."""
    parts = [
        "# Reason codes\n",
        "Every cut, repair and failure carries one of these. `cleaner explain CODE` prints the same page. "
        "Written by `make docs`; what it says stands in the rules' docstrings and cases.\n",
    ]
    by_label: dict[str, list[ManualPage]] = {}
    for page in manual_pages().values():
        by_label.setdefault(page.label, []).append(page)
    for label, group in by_label.items():
        parts.append(f"## {label}: {LABEL_DESCRIPTIONS[label]}\n")
        parts += [_page_as_markdown(page) for page in group]
    return "\n".join(parts)


def _page_as_markdown(page: ManualPage) -> str:
    text = [re.sub(r"^(Drops|Keeps|Next):", r"**\1:**", part) for part in page.paragraphs]
    parts = [f"### {page.code}\n", *(f"{part}\n" for part in text)]
    for example, title in ((page.drop, "Taken"), (page.keep, "Kept")):
        if example:
            lines = "\n".join(_diff_line(line)[2:] for line in example.lines)
            parts.append(f"{title} ({example.title}):\n\n~~~diff\n{lines}\n~~~\n")
    return "\n".join(parts)
