"""Clean texts of registers that may look spun: half of them are fitted on, the other half measures."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from training.pages import read_rows


class HardText(NamedTuple):
    """A clean text of a hard register; `fitted` says whether training may read it."""

    id: str
    register: str
    text: str
    fitted: bool


def is_fitted(text_id: str) -> bool:
    """Whether a text belongs to the half that training fits on; the same half on every machine."""
    return hashlib.sha256(text_id.encode()).digest()[0] % 2 == 0


def read_hard_texts(data: Path) -> list[HardText]:
    """All of them, in the order of the file."""
    return [
        HardText(row["id"], row["kind"], row["text"], is_fitted(row["id"]))
        for row in read_rows(data / "hard-clean.jsonl.xz")
    ]
