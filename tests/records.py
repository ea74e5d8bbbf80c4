"""Digests of the records of all of the project's documents, and floors under how well they are cleaned.

python -m tests.records                    every row as it is now, in the form of `fixtures/records.tsv`
python -m tests.records GROUP TITLE        one document as it is cleaned now, and its cuts
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cleaner import Cleaned
from cleaner.json_lines import dumps
from cleaner.output.record import to_record
from tests.cases import ROOT, RULE_CASES, all_cases
from tests.documents import OF_CASES, TITLE, Sample, group, names, read_bodies
from training.score import bag_of_words, word_f1

RECORDS = ROOT / "fixtures" / "records.tsv"
SCORES = ROOT / "fixtures" / "scores.json"
DIGITS = 16  # of a digest: enough to tell some hundred records apart
# Floors are rounded down to this: about a line of one document in a group of twenty.
STEP = 1000
ABOUT = (
    "The least mean word-F1 of each group of documents (of each specimen) against the words that a person"
    " would keep: the `+` lines of fixtures/corpus, fixtures/bodies, clean texts whole. tests/test_records.py"
    " holds results to it. `make golden` raises a floor to what is reached now and adds new groups; it never"
    " lowers one. Nor should a hand, unless the documents themselves have changed."
)


class Row(NamedTuple):
    """One line of `fixtures/records.tsv`."""

    group: str
    title: str
    digest: str
    words: int


def digest(done: Cleaned) -> str:
    """Of all that the full record says, but for the version of the program."""
    record = to_record(done, "", "full")
    record["record"] = {name: value for name, value in record["record"].items() if name != "version"}
    return hashlib.sha256(dumps(record)).hexdigest()[:DIGITS]


def rows(name: str) -> list[Row]:
    """The rows of one group as they are now."""
    return [
        Row(name, sample.title, digest(done := sample.clean()), len(done.text.split()))
        for sample in group(name)
    ]


def stored_rows() -> list[Row]:
    """What `fixtures/records.tsv` says."""
    cells = (line.split("\t") for line in RECORDS.read_text("utf-8").splitlines()[1:])
    return [Row(name, title, digest, int(words)) for name, title, digest, words in cells]


def formatted(found: Iterable[Row]) -> str:
    """Rows as the file has them."""
    return "\n".join(["\t".join(Row._fields), *("\t".join(map(str, row)) for row in found)]) + "\n"


def scores(name: str) -> dict[str, float]:
    """Word-F1 of a group, by the name of its floor: each specimen has one, other groups one for their mean.
    Under other settings more may stay than the body, so those have none."""
    if name.endswith("other settings"):
        return {}
    each = {sample.title: _score(sample) for sample in group(name)}
    return (
        {f"{name}/{t}": f for t, f in each.items()}
        if name == "seeds"
        else {name: sum(each.values()) / len(each)}
    )


def _score(sample: Sample) -> float:
    return word_f1(bag_of_words([sample.clean().text]), bag_of_words([sample.body]))[2]


def floors() -> Mapping[str, float]:
    """The least score of each group."""
    found: Mapping[str, float] = json.loads(SCORES.read_text("utf-8"))["floors"]
    return found


def add_bodies() -> None:
    """Takes the wants of cases that no row knows yet for their bodies. Those of known cases stay as they are,
    also where the program now gives something else."""
    known = {(row.group, row.title) for row in stored_rows()}
    fresh = [case for case in all_cases(RULE_CASES) if (f"rules/{case.file.stem}", case.title) not in known]
    with OF_CASES.open("a", encoding="utf-8") as file:
        file.writelines(f"\n{TITLE}{case.name}\n{case.want}\n" for case in fresh if case.want is not None)
    read_bodies.cache_clear()


def write() -> None:
    """Rewrites the digests, adds the bodies of new cases, and raises the floors."""
    add_bodies()
    RECORDS.write_text(formatted(row for name in names() for row in rows(name)), "utf-8")
    old = floors()
    now = {floor: score for name in names() for floor, score in scores(name).items()}
    new = {floor: max(old.get(floor, 0.0), math.floor(score * STEP) / STEP) for floor, score in now.items()}
    SCORES.write_text(
        json.dumps({"about": ABOUT, "floors": new}, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )


def shown(done: Cleaned) -> str:
    """The clean text, then one line a cut."""
    cuts = [
        f"{cut.code}: {' '.join(done.doc.raw[cut.start : cut.end].split())[:100]}" for cut in done.removed
    ]
    return "\n".join([done.text, "", f"--- {done.verdict}, {done.language}, {done.title}", *cuts])


def main(given: list[str]) -> None:
    if given:
        name, title = given
        print(shown(next(sample for sample in group(name) if sample.title == title).clean()))
    else:
        sys.stdout.write(formatted(row for name in names() for row in rows(name)))


if __name__ == "__main__":
    main(sys.argv[1:])
