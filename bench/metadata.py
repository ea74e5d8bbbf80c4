"""Author, date and title beside trafilatura and htmldate: `python -m bench.metadata --data DIR`.

On the labelled pages that give the field: how often it is right, wrong, or null, from the HTML and from the
page flattened to text. By default the pages of valid.txt; `--split train` for the others. Gold of a title is
that of nearly all files, of author and date that of pages read by parsers written for their sites or by hand.

What counts as right: a title that is the gold's, signs, case and spaces aside, or the gold's without the
site's name at an end; a date of the same day, as the gold writes it or in UTC; authors all of whom the gold
names, and at least half of those it names, in any order, without `By`, case or accents.
"""

from __future__ import annotations

import argparse
import html
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cleaner.analysis.dates import first_date
from cleaner.analysis.titles import SITE_SEPARATOR
from cleaner.document import Document
from cleaner.pipeline import clean
from cleaner.settings import Settings
from training.flatten import flatten
from training.pages import held_out_ids, read_rows

SOURCES = ("wcxb", "daniel", "fundus", "misinfo", "zhset", "hand")
FIELDS = ("author", "date", "title")
FLATTENER = "inscriptis"
NAME_SEPARATOR = re.compile(r"\s*(?:[;,、/|&]|\s(?:and|und|et|y|e|og|och|en|i|и|і|και)\s)\s*")
BY = re.compile(r"^(?:by|von|par|por|di|door|av|af)\s+")
Answers = Mapping[str, str | None]
Outcomes = dict[tuple[str, str, str], Counter[str]]


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """A page and what it is known to say; a field that is not known is not in `gold`."""

    source: str
    html: str
    gold: Mapping[str, str]


def read_pages(folder: Path, split: str, sources: Sequence[str]) -> Iterator[LabelledPage]:
    """The pages of `split` (`valid` or `train`) that give one of the fields, in the order of the files."""
    held_out = held_out_ids(folder)
    for source in sources:
        for row in read_rows(folder / f"train-{source}.jsonl.xz"):
            gold = {name: value for name in FIELDS if (value := _gold_value(row, name))}
            if gold and (row["id"] in held_out) == (split == "valid"):
                yield LabelledPage(source, row["html"], gold)


def _gold_value(row: Mapping[str, Any], name: str) -> str | None:
    """What the row says of a field; no bare year as a date."""
    value = str(row.get(name) or "").strip()
    if name == "date":
        return value if first_date(value) else None
    return value or None


def is_right(name: str, answer: str, gold: str) -> bool:
    """Whether an answer says what the gold says; the module's docstring has the measure."""
    if name == "date":
        return first_date(answer) in _days(gold)
    if name == "title":
        return _key(answer) in {_key(title) for title in _title_forms(gold)}
    answered, known = _names(answer), _names(gold)
    return bool(answered) and answered <= known and 2 * len(answered) >= len(known)


def _days(gold: str) -> set[str]:
    """The day of a time as it is written, and in UTC."""
    days = {day for day in (first_date(gold),) if day}
    with suppress(ValueError):
        days.add(datetime.fromisoformat(gold).astimezone(UTC).date().isoformat())
    return days


def _title_forms(gold: str) -> Iterator[str]:
    """The title whole, and what is left without a part at one end, if that is most of it."""
    yield gold
    for cut in SITE_SEPARATOR.finditer(gold):
        yield from (part for part in (gold[: cut.start()], gold[cut.end() :]) if 2 * len(part) > len(gold))


def _key(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(filter(str.isalnum, decomposed))


def _names(value: str) -> set[str]:
    folded = BY.sub("", value.casefold().strip())
    return {_key(name) for name in NAME_SEPARATOR.split(folded)} - {""}


# -- who is asked


def ask_cleaner(raw: str, kind: str) -> Answers:
    """The fields of the record."""
    done = clean(Document("", raw, "html" if kind == "html" else "text"), Settings(effort="fast"))
    return {name: getattr(done.metadata, name) for name in FIELDS}


def ask_trafilatura(raw: str, kind: str) -> Answers:
    """What trafilatura's `extract_metadata` says; of a text as a page of paragraphs."""
    import trafilatura

    found = trafilatura.extract_metadata(raw if kind == "html" else _as_page(raw))
    return {name: getattr(found, name, None) for name in FIELDS}


def ask_htmldate(raw: str, kind: str) -> Answers:
    """The day of publication by htmldate; of a text as a page of paragraphs."""
    import htmldate

    page = raw if kind == "html" else _as_page(raw)
    return {"date": htmldate.find_date(page, original_date=True) if page.strip() else None}


def _as_page(text: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
    return f"<html><body>{paragraphs}</body></html>"


TOOLS: Mapping[str, Callable[[str, str], Answers]] = {
    "cleaner": ask_cleaner,
    "trafilatura": ask_trafilatura,
    "htmldate": ask_htmldate,
}


def measure(pages: Sequence[LabelledPage], tools: Sequence[str], show_wrong: bool) -> Outcomes:
    """How many answers of each tool are right, wrong, null, by kind of input and field."""
    outcomes: Outcomes = defaultdict(Counter)
    for page in pages:
        for kind, raw in (("html", page.html), ("flattened", "\n".join(flatten(page.html, FLATTENER)))):
            for tool in tools:
                answers = _ask(tool, raw, kind)
                for name, gold in page.gold.items():
                    if name not in answers:
                        continue
                    outcome = _outcome(name, answers[name], gold)
                    outcomes[kind, name, tool][outcome] += 1
                    if show_wrong and outcome != "right":
                        print(
                            outcome,
                            kind,
                            page.source,
                            name,
                            repr(answers[name]),
                            "gold",
                            repr(gold),
                            sep="\t",
                        )
    return outcomes


def _ask(tool: str, raw: str, kind: str) -> Answers:
    """The tool's answers; where it fails, none to any field that it knows."""
    try:
        return TOOLS[tool](raw, kind)
    except Exception as error:
        print(f"{tool}: {type(error).__name__}: {error}")
        return dict.fromkeys(("date",) if tool == "htmldate" else FIELDS)


def _outcome(name: str, answer: str | None, gold: str) -> str:
    if not answer:
        return "null"
    return "right" if is_right(name, answer, gold) else "wrong"


def table(outcomes: Outcomes) -> Iterator[str]:
    """The outcomes as lines of a Markdown table, in percent."""
    yield "| input | field | tool | pages | right | wrong | null |"
    yield "|---|---|---|--:|--:|--:|--:|"
    for (kind, name, tool), counts in sorted(outcomes.items(), reverse=True):
        total = counts.total()
        shares = " | ".join(f"{100 * counts[key] / total:.1f}" for key in ("right", "wrong", "null"))
        yield f"| {kind} | {name} | {tool} | {total} | {shares} |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled pages")
    parser.add_argument("--split", choices=("valid", "train"), default="valid")
    parser.add_argument("--sources", nargs="*", choices=SOURCES, default=SOURCES)
    parser.add_argument("--step", type=int, default=1, help="every N-th page only")
    parser.add_argument("--tools", nargs="*", choices=[*TOOLS], default=[*TOOLS])
    parser.add_argument("--wrong", action="store_true", help="print each answer that is not right")
    given = parser.parse_args()
    pages = list(read_pages(given.data, given.split, given.sources))[:: given.step]
    for line in table(measure(pages, given.tools, given.wrong)):
        print(line)


if __name__ == "__main__":
    main()
