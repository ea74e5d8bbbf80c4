"""A page's tree as trafilatura is given it: with what it is known not to see made visible to it.

trafilatura drops formulas with their element, code in a box that is named like a toolbar, and runs the
readings of ruby text into the words. Nothing of this changes what is cleaned: only its vote.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

# What a reader of the text does not see: readings of ruby text, the second spelling of a formula.
_LEFT_OUT = ("rt", "rp", "rtc", "annotation", "annotation-xml")
# Boxes around code whose names trafilatura takes for tools and advertising: as far up as highlighters go.
MAX_CODE_BOXES = 3
MIN_CODE_SHARE = 0.6
# Inline elements that trafilatura takes out of their parent one by one: each time all text before is
# copied (26,000 in one paragraph took it 3 minutes).
_UNWRAPPED = frozenset(
    "abbr acronym address bdi bdo big cite data dfn font ins mark meta ruby small span".split()
)
MAX_UNWRAPPED = 2_000
# For each box trafilatura reads the text of each link in it, and jusText the path of each paragraph: where
# links hold links, or boxes hold boxes, without end, that grows with the square (1,500 links: 10 seconds).
MAX_IN_LARGE_LINKS = 50_000  # elements, those in several links as often
LARGE_LINK = 50  # elements in it
MAX_DEPTH = 300
MAX_DEEPER = 500  # elements
_DEEPER = f"boolean((//*[ancestor::*[{MAX_DEPTH}]])[{MAX_DEEPER}])"
_CODE_BOX = ("div", "figure", "section", "span")
_FORMULA_PART = re.compile(r"m[a-z]+|semantics", re.ASCII)


def has_endless_line(tree: Any) -> bool:
    """Whether one element holds more than `MAX_UNWRAPPED` inline elements right below it."""
    return any(
        len(element) > MAX_UNWRAPPED and sum(child.tag in _UNWRAPPED for child in element) > MAX_UNWRAPPED
        for element in tree.iter()
    )


def is_nested_too_deeply(tree: Any) -> bool:
    """Whether links around links, or elements in elements, would take trafilatura too long."""
    if tree.xpath(_DEEPER):
        return True
    n_in_links = 0
    for link in tree.iter("a"):
        n_elements = sum(1 for _ in islice(link.iter(), MAX_IN_LARGE_LINKS))
        n_in_links += n_elements if n_elements > LARGE_LINK else 0
        if n_in_links > MAX_IN_LARGE_LINKS:
            return True
    return False


def make_visible(tree: Any) -> None:
    """Alter an lxml tree in place."""
    for element in list(tree.iter(*_LEFT_OUT)):
        element.drop_tree()
    for formula in list(tree.iter("math")):
        if "display:none" in "".join(formula.get("style", "").split()):
            continue
        for part in formula.iterdescendants():
            if isinstance(part.tag, str) and _FORMULA_PART.fullmatch(part.tag):
                part.tag = "span"
        formula.tag = "span"
        formula.attrib.clear()
    for code in tree.iter("pre"):
        _unname_boxes(code)


def _unname_boxes(code: Any) -> None:
    """Take away the names of the boxes that hold a listing and little else."""
    chars = len(code.text_content())
    box = code.getparent()
    for _ in range(MAX_CODE_BOXES):
        if (
            box is None
            or box.tag not in _CODE_BOX
            or chars < MIN_CODE_SHARE * len(box.text_content().strip())
        ):
            return
        for name in ("class", "id"):
            box.attrib.pop(name, None)
        box = box.getparent()
