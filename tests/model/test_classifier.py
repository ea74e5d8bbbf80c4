"""The shipped model: its header, its golden probabilities, and what it says in words."""

from __future__ import annotations

import hashlib
import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from cleaner.analysis.blocks import BlockIndex
from cleaner.document import Document
from cleaner.model.classifier import MAX_BLOCKS, MODEL_FILE, ModelError, builtin_model, load_model, predict
from cleaner.reading.page import read_document
from cleaner.rules import RULE_WEIGHTS, RULES

LINES = [
    "Home",
    "Sign in",
    *["The council met on Monday, and after two hours it voted to keep the bridge open."] * 4,
    "Related Articles",
    "Subscribe to our newsletter",
]
PAGE = (
    "<body><nav class=menu><a href=a>Home</a> <a href=b>Sport</a></nav><article><h1>A bridge</h1>"
    + "".join(f"<p>{line}</p>" for line in LINES[2:6])
    + "</article><div class=related><a href=c>Ten bridges worth a detour</a></div></body>"
)
# What the shipped file says: a change of the file, of a feature or of a rule's marks shows here.
GOLDEN = {
    "text": [0.135327, 0.02901, 0.897668, 0.869315, 0.867168, 0.783561, 0.098587, 0.018362],
    "html": [0.006658, 0.819837, 0.988298, 0.992178, 0.992036, 0.993525, 0.430251],
}


def reading(raw: str, kind: str) -> Any:
    doc = Document("", raw, "html" if kind == "html" else "text")
    blocks = BlockIndex(doc, read_document(doc).blocks)
    return predict(blocks, [mark for rule in RULES for mark in rule(blocks)], RULE_WEIGHTS)


@pytest.mark.parametrize(("kind", "raw"), [("text", "\n".join(LINES)), ("html", PAGE)])
def test_probabilities_are_the_same_everywhere(kind: str, raw: str) -> None:
    assert reading(raw, kind).p_content.tolist() == pytest.approx(GOLDEN[kind], abs=1e-5)


def test_the_header_tells_sources_and_licences_and_the_sum_holds() -> None:
    header = builtin_model().header
    assert all(source["licence"] and source["by"] for source in header["sources"])
    with files("cleaner.data").joinpath(MODEL_FILE).open("rb") as file, np.load(file) as arrays:
        total = hashlib.sha256()
        for name in sorted(set(arrays.files) - {"header"}):
            total.update(f"{name} {arrays[name].dtype} {arrays[name].shape}\n".encode())
            total.update(np.ascontiguousarray(arrays[name]).tobytes())
    assert header["sha256"] == total.hexdigest()
    assert files("cleaner.data").joinpath(MODEL_FILE).stat().st_size < 1_000_000  # type: ignore[attr-defined]


def test_every_block_gets_a_reason_in_words() -> None:
    read_page = reading("\n".join(LINES), "text")
    why = read_page.reasons(range(len(LINES)))
    assert len(why) == len(LINES) and all(why)
    assert read_page.reasons([]) == []


def test_what_is_no_model_says_so() -> None:
    with pytest.raises(ModelError, match="training"):
        load_model({})


@pytest.mark.parametrize("part", ["text", "html"])
def test_a_model_fitted_on_other_features_is_refused(part: str) -> None:
    with files("cleaner.data").joinpath(MODEL_FILE).open("rb") as file, np.load(file) as arrays:
        stored = dict(arrays)
    header = json.loads(stored["header"].tobytes())
    names = header["names"][part]
    for wrong in ([*names[:-1], "colour"], [names[1], names[0], *names[2:]]):
        header["names"][part] = wrong
        stored["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        with pytest.raises(ModelError, match=f"the {part} model reads other features"):
            load_model(stored)


@pytest.mark.slow
def test_huge_and_empty_documents_are_left_to_the_rules() -> None:
    assert reading("a\n" * (MAX_BLOCKS + 1), "text") is None
    assert reading("", "text") is None
