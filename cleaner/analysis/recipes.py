"""The list of ingredients of a recipe: its heading, in the languages we have it for, and its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cleaner.analysis.blocks import BlockIndex
from cleaner.analysis.dates import first_date
from cleaner.analysis.normalize import strip_punctuation

INGREDIENTS_HEADING = re.compile(
    r"(?:the )?ingredients?|what you(?:'ll)? need|zutaten|das brauchst du|ingrédients?|ingredientes"
    r"|ingredienti|ingrediënten|benodigdheden|składniki|suroviny|přísady|prísady|ingrediencie"
    r"|ingredience|hozzávalók|ingrediente|sastojci|sestavine|продукты|ингредиенты|состав|інгредієнти"
    r"|складники|съставки|необходими продукти|υλικά|malzemeler|malzeme listesi|ingredienser|ainekset"
    r"|koostisosad|المقادير|المكونات|مواد لازم|המצרכים|מצרכים|רכיבים|सामग्री|ส่วนผสม|เครื่องปรุง"
    r"|nguyên liệu|bahan(?:-bahan)?|bahan yang dibutuhkan|材料|用料|食材|재료|준비물"
)
# `Zutaten für 4 Personen`, `مواد لازم برای شش نفر`: the heading and for how many.
MAX_WORDS_BEHIND_HEADING = 5
FOR_HOW_MANY = frozenset(
    "for serves für pour para per voor na pro за для på till til برای ל için cho untuk dla fyrir".split()
)
MAX_INGREDIENT_WORDS = 12.0
# So many lines with a figure make a list of ingredients, and so great a part of it they must be.
MIN_QUANTITIES = 3
MIN_QUANTITY_SHARE = 0.5
MAX_LINES = 40
# Salt, and the heading of what to do with it, have no figure.
MAX_LINES_WITHOUT = 3


def ingredient_lists(blocks: BlockIndex) -> Iterator[range]:
    """The stretches of short lines below a heading such as `Ingredients`, the heading included, of which most
    hold a figure: up to the first paragraph or sentence, or the last figure before several lines without."""
    stop = 0
    for i in range(len(blocks)):
        if i < stop or not _is_heading(blocks, i):
            continue
        stop = _end_of_entries(blocks, i + 1)
        n_quantities = sum(_is_quantity(blocks, k) for k in range(i + 1, stop))
        if n_quantities >= max(MIN_QUANTITIES, MIN_QUANTITY_SHARE * (stop - i - 1)):
            yield range(i, stop)


def _end_of_entries(blocks: BlockIndex, start: int) -> int:
    end = start
    for k in range(start, min(start + MAX_LINES, len(blocks))):
        if not _may_be_entry(blocks, k):
            return k
        if _is_quantity(blocks, k):
            end = k + 1
        elif k - end >= MAX_LINES_WITHOUT:
            break
    return end


def _is_heading(blocks: BlockIndex, i: int) -> bool:
    text = strip_punctuation(blocks.folded[i])
    match = INGREDIENTS_HEADING.match(text)
    if match is None or text[match.end() : match.end() + 1].isalpha():
        return False
    behind = text[match.end() :].split()
    return not behind or (len(behind) <= MAX_WORDS_BEHIND_HEADING and behind[0].strip("(") in FOR_HOW_MANY)


def _may_be_entry(blocks: BlockIndex, k: int) -> bool:
    return blocks.words[k] <= MAX_INGREDIENT_WORDS and not blocks.ends_sentence[k]


def _is_quantity(blocks: BlockIndex, k: int) -> bool:
    return (
        blocks.has_digit[k] and any(map(str.isalpha, blocks.texts[k])) and first_date(blocks.texts[k]) is None
    )
