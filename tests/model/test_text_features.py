"""What the model reads: finite on odd input, the same for numbers and names, blind to a language's words."""

from __future__ import annotations

import numpy as np
import pytest

from cleaner.document import Block, Mark
from cleaner.model.context_features import context_features
from cleaner.model.dom_features import dom_feature_names, dom_features
from cleaner.model.rule_features import ROW_BY_CODE, RULE_GROUPS, rule_features, score_rules
from cleaner.model.text_features import EMPTY_LEXICON, Lexicon, text_features
from cleaner.model.tokenize import parse_lines
from cleaner.rules import RULE_WEIGHTS, RULES_BY_CODE

ODD = [
    [""],
    ["a"],
    ["|"],
    ["\ud800x"],
    ["İstanbul'da güzel bir gün."],
    ["日本語。"] * 3,
    ["x\ny", "z"],
    ["é"],
    ["𠮷野家 😀"],
]


@pytest.mark.parametrize("lines", ODD)
def test_features_are_finite_on_odd_lines(lines: list[str]) -> None:
    rows, names, words = text_features(lines)
    around, more = context_features(np.full(len(lines), 0.3, np.float32), words, parse_lines(lines))
    assert rows.shape == (len(names), len(lines)) and around.shape == (len(more), len(lines))
    assert np.isfinite(rows).all() and np.isfinite(around).all() and (words >= 0).all()


def test_scripts_without_spaces_count_by_the_character() -> None:
    _, _, words = text_features(
        ["東京は日本の首都であり、人口が最も多い。", "Tokyo is the capital of Japan."]
    )
    assert words[0] == pytest.approx(18 * 0.6)
    assert words[1] == 6


@pytest.mark.parametrize(
    "line",
    ["Он сказал: «Да.»", "وصل الوفد أمس۔", "वह घर गया।", "Նա գնաց տուն։", "ကျောင်းသွားသည်။", "家に帰った｡"],
)
def test_a_sentence_ends_in_every_script(line: str) -> None:
    rows, names, _ = text_features([line, line[:-2]])
    assert (rows[names.index("ends a sentence")] >= 0.9).tolist() == [True, False]


def test_a_menu_is_a_run_of_marked_lines_in_any_language() -> None:
    rows, names, _ = text_features(["• Início", "• Esportes", "O artigo começa aqui, e segue.", "* Só um"])
    run = np.expm1(rows[names.index("run of list")]).round().tolist()
    assert run == [2, 2, 0, 1]
    assert rows[names.index("words an item")].tolist() == [1, 1, 0, 2]


def test_the_style_of_a_line_counts_its_last_character() -> None:
    """Nine bits: 13 * 20 is 260, and in eight it would be 4."""
    lines = ["Abc x:", "Abc x'", "Abc x:"]
    p = np.array([1.0, 0.0, 1.0], np.float32)
    rows, names = context_features(p, np.full(3, 2.0), parse_lines(lines))
    of_style = rows[names.index("first stage of same style")]
    assert of_style[0] == pytest.approx(1.0) and of_style[1] == pytest.approx(0.0)


def test_numbers_and_names_alike() -> None:
    seen = parse_lines(["Posted 3 May by Ann", "Posted 9 June by Bob", "Posted 4 May by Ann"])
    assert seen.coarse_hash[0] == seen.coarse_hash[1] and seen.template_hash[0] == seen.template_hash[2]
    assert len(set(seen.line_hash.tolist())) == 3


def test_an_unknown_word_weighs_nothing() -> None:
    key = parse_lines(["subscribe"]).word_hash
    lexicon = Lexicon(key, np.array([2.5], np.float32), EMPTY_LEXICON.line_hashes, EMPTY_LEXICON.line_weights)
    rows, names, _ = text_features(["Subscribe", "flibbertigibbet"], lexicon)
    assert rows[names.index("lexicon mean")].tolist() == [2.5, 0.0]


def test_every_rule_but_the_witness_and_the_profile_is_in_one_group() -> None:
    apart = {"inside-main", "outside-main", "hidden", "site-line", "consent-dialog"}
    assert ROW_BY_CODE.keys() == RULES_BY_CODE.keys() - apart
    assert set(ROW_BY_CODE.values()) == set(range(len(RULE_GROUPS)))


def test_the_loudest_mark_of_a_group_counts_and_parts_are_counted() -> None:
    marks = [
        Mark(1, "share-bar", "chrome", 0.2, ""),
        Mark(1, "navigation", "chrome", 0.9, ""),
        Mark(0, "inline-ad", "ad", 1.0, "", (0, 3)),
        Mark(0, "outside-main", "chrome", 1.0, ""),
    ]
    said = score_rules(marks, RULE_WEIGHTS, 3)
    assert said[RULE_GROUPS.index("chrome")].tolist() == pytest.approx(
        [0, RULE_WEIGHTS["navigation"] * 0.9, 0]
    )
    assert said[-1].tolist() == [1, 0, 0]
    assert said[:-1, 0].tolist() == [0] * len(RULE_GROUPS)
    rows, names = rule_features(said, np.ones(3))
    assert rows.shape == (len(names), 3) and np.isfinite(rows).all()


def test_place_tells_a_sidebar_from_the_article() -> None:
    article, side = ("html", "body", "div#main", "p"), ("html", "body", "div.sidebar-widget", "p")
    paths = [article, article, side]
    blocks = [Block(i * 50, "x" * 40, path=path, link_density=float(i == 2)) for i, path in enumerate(paths)]
    words, prose = np.array([30.0, 30, 5]), np.array([30.0, 30, 0])
    rows, names = dom_features(blocks, [1.0, 1.0, 0.0], words, prose)
    assert names == dom_feature_names() and np.isfinite(rows).all()
    row = dict(zip(names, rows, strict=True))
    assert row["near side"].tolist() == pytest.approx([0, 0, 0.5])
    assert row["levels to main"].tolist() == [0, 0, 2]
    assert row["vote"].tolist() == [1, 1, 0]
    assert dom_features(blocks, None, words, prose)[0][names.index("vote")].tolist() == [-1, -1, -1]
