"""Rewrites what case files, goldens and digests expect by what the program now does: `make golden`."""

from __future__ import annotations

from tests import examples, records
from tests.cases import ROOT, RULE_CASES, read_cases, write_cases
from tests.documents import SEEDS, specimen
from tests.records import shown
from training.garble import tables

PAGES = ROOT / "fixtures" / "pages"


def main() -> None:
    tables.write(tables.PACKAGE_DATA)  # before anything is read with them
    for file in sorted(RULE_CASES.glob("*.case")):
        write_cases(file, [case.with_want(case.run().text) for case in read_cases(file)])
    examples.write()
    for seed in seed_names():
        (PAGES / f"{seed}.txt").write_text(golden_text(seed) + "\n", "utf-8")
    records.write()


def seed_names() -> list[str]:
    """The names of the specimens."""
    return sorted(f.name for f in SEEDS.iterdir())


def golden_text(seed: str) -> str:
    """The clean text of a specimen, then one line a cut: what the golden file holds."""
    return shown(specimen(seed))


if __name__ == "__main__":
    main()
