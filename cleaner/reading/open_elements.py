"""The stack of open elements of the WHATWG HTML standard: an open element, and what pushes and pops it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from cleaner.reading.elements import (
    BLOCK_ELEMENTS,
    BUTTON_SCOPE,
    IMPLIED_END_TAGS,
    INTEGRATION_POINTS,
    NOT_RENDERED,
    SET_APART,
    SPECIAL,
    TABLE_CONTEXT,
    TABLE_INSERTION_MODES,
    TABLE_SCOPE,
)
from cleaner.reading.tokenizer import RAW_TEXT_ELEMENTS, RAW_TEXT_IN_SELECT, Tokens, attributes

# As deep as browsers go; what is nested deeper becomes a sibling.
MAX_TREE_DEPTH = 512
# MediaWiki hides its formulas for screen readers, and shows an image of each: they are the text of the page.
ACCESSIBLE_MATH_CLASS = "mwe-math-mathml"


class Element:
    """An open element. What it inherits is copied from its parent when it opens.

    Attributes:
        name: its tag's name, with a colon before it in `svg` and `math`; "" once it is closed out of order.
        tag: its start tag as written; "" for an implied one.
        block_ancestor: the block element it is in; None where it is one itself (it could only be
            freed by the garbage collector if it held itself).
        parsing_mode: how tags inside are read: "" as HTML, else as in `svg`, `math` or `select`.
        dialog: in a dialog, which is shown before the page.
        foreign: itself an element of `svg` or `math`.
        is_set_apart: its text, or that of an element around it, does not stand on the line as the rest does
            (`inline_text.py`): exponents, readings, formulas, quotations.
        not_rendered: its text is not shown.
        table_row: number of the table row it is in, -1 outside.
        outer_link: for elements that links do not reach into, whether a link was open outside.
    """

    __slots__ = (
        "block_ancestor",
        "dialog",
        "foreign",
        "heading_level",
        "hidden",
        "is_set_apart",
        "name",
        "not_rendered",
        "outer_link",
        "parent",
        "parsing_mode",
        "path",
        "preformatted",
        "table_row",
        "tag",
    )

    def __init__(self, name: str, parent: Element | None, tag: str) -> None:
        self.name = name
        self.parent = parent
        self.tag = tag
        self.parsing_mode = ""
        self.foreign = False
        self.outer_link: bool | None = None
        self.path: tuple[str, ...] | None = None
        self.block_ancestor: Element | None = None
        if parent is None:
            self.not_rendered = self.hidden = self.preformatted = self.dialog = self.is_set_apart = False
            self.heading_level, self.table_row = 0, -1
            return
        if name not in BLOCK_ELEMENTS:
            self.block_ancestor = parent.block_ancestor or parent
        self.not_rendered = parent.not_rendered
        self.hidden = parent.hidden
        self.is_set_apart = parent.is_set_apart or name in SET_APART
        self.dialog = parent.dialog
        self.preformatted = parent.preformatted
        self.heading_level = parent.heading_level
        self.table_row = parent.table_row


class OpenElements:
    """What is open, outermost first; reports where text breaks and tells the tokenizer how to go on.

    Attributes:
        stack: the open elements; the first is `html`, which is never popped.
        current_node: the innermost open element.
        in_link: whether text here is inside `<a href>`.
        open_counts: open elements by name: most end tags that match nothing cost no search.
        raw_text_elements: names of the elements whose content is text, outside `svg`, `math` and `select`.
    """

    def __init__(self, tokens: Tokens, on_break: Callable[[], None], scripts: bool = True) -> None:
        self._tokens = tokens
        self.raw_text_elements = RAW_TEXT_ELEMENTS if scripts else RAW_TEXT_ELEMENTS - {"noscript"}
        tokens.raw_text_elements = self.raw_text_elements
        self._on_break = on_break
        self.current_node = self.root = Element("html", None, "")
        self.in_link = False
        self.stack = [self.root]
        self.open_counts = defaultdict[str, int](int)

    def push(self, name: str, tag: str) -> Element:
        stack = self.stack
        if name in BLOCK_ELEMENTS and not self.current_node.not_rendered:
            self._on_break()
        if len(stack) >= MAX_TREE_DEPTH:
            self.pop()
        element = Element(name, self.current_node, tag)
        if name in NOT_RENDERED:
            element.not_rendered = True
        if len(tag) > len(name) + 2:
            apply_attributes(element, tag)
        stack.append(element)
        self.open_counts[name] += 1
        self.current_node = element
        return element

    def push_marker(self, name: str, tag: str) -> Element:
        """Open an element that links outside do not reach into (the standard's "marker")."""
        element = self.push(name, tag)
        element.outer_link, self.in_link = self.in_link, False
        return element

    def break_text(self) -> None:
        """Text breaks here, unless it is not rendered."""
        if not self.current_node.not_rendered:
            self._on_break()

    def pop(self) -> None:
        """Close the current node, and no other."""
        element = self.stack.pop()
        self.open_counts[element.name] -= 1
        self.current_node = self.stack[-1]
        if element.block_ancestor is None and not self.current_node.not_rendered:
            self._on_break()
        if element.outer_link is not None:
            self.in_link = element.outer_link
        if element.parsing_mode or element.foreign:
            self.sync_tokenizer()

    def pop_to_size(self, size: int) -> None:
        """Close elements until `size` are open; then those below that are detached."""
        stack = self.stack
        while len(stack) > size or (not self.current_node.name and len(stack) > 1):
            self.pop()

    def pop_current(self) -> None:
        """Close the current node, and those below it that are detached."""
        self.pop()
        if not self.current_node.name:
            self.pop_to_size(len(self.stack))

    def pop_through(self, name: str, stops: frozenset[str]) -> bool:
        """Close everything up to and including the innermost `name`, within the scope that `stops` end."""
        index = self.index_in_scope(name, stops)
        if index:
            self.pop_to_size(index)
        return index > 0

    def close_p(self) -> None:
        if self.open_counts["p"]:
            self.pop_through("p", BUTTON_SCOPE)

    def generate_implied_end_tags(self, except_for: str = "") -> None:
        while self.current_node.name in IMPLIED_END_TAGS and self.current_node.name != except_for:
            self.pop_current()

    def clear_stack_back_to(self, names: frozenset[str]) -> bool:
        """Close what is inside the innermost of `names`, which belong to one table; False outside tables."""
        index = self.index_of_innermost(names | TABLE_SCOPE)
        if self.stack[index].name in ("html", "template"):
            return False
        self.pop_to_size(index + 1)
        return True

    def detach(self, element: Element) -> None:
        """Close an element that has others open inside: it stays on the stack, nameless, until they close."""
        self.open_counts[element.name] -= 1
        element.name = ""

    def index_in_scope(self, name: str, stops: frozenset[str]) -> int:
        """Index of the innermost open `name` on the stack; 0 when none is, or one of `stops` is inside it."""
        if not self.open_counts[name]:
            return 0
        stack = self.stack
        for index in range(len(stack) - 1, 0, -1):
            open_name = stack[index].name
            if open_name == name:
                return index
            if open_name in stops:
                return 0
        return 0

    def index_of_innermost(self, names: frozenset[str]) -> int:
        """Index of the innermost open element with one of `names`; 0 (the root) when there is none."""
        stack = self.stack
        index = len(stack) - 1
        while index and stack[index].name not in names:
            index -= 1
        return index

    def index_of_furthest_block(self, index: int) -> int:
        """Index of the innermost "special" element inside the one at `index`; `index` when there is none."""
        stack = self.stack
        furthest_block = len(stack) - 1
        while furthest_block > index and stack[furthest_block].name not in SPECIAL:
            furthest_block -= 1
        return furthest_block

    def is_in_table(self) -> bool:
        return bool(self.open_counts["table"]) and self._table_context() not in ("html", "template")

    def is_between_rows(self) -> bool:
        """In a table, but not in a cell."""
        return bool(self.open_counts["table"]) and self._table_context() in TABLE_CONTEXT

    def _table_context(self) -> str:
        return self.stack[self.index_of_innermost(TABLE_INSERTION_MODES)].name

    def sync_tokenizer(self) -> None:
        """Tell the tokenizer which elements hold raw text here, and whether CDATA sections count."""
        mode = self.current_node.parsing_mode
        foreign = mode in INTEGRATION_POINTS
        self._tokens.cdata_allowed = foreign
        self._tokens.raw_text_elements = (
            frozenset() if foreign else RAW_TEXT_IN_SELECT if mode else self.raw_text_elements
        )


def apply_attributes(element: Element, tag: str) -> None:
    """Hidden elements, dialogs and ARIA headings. Only tags that may have something of them are parsed."""
    tag = tag.lower()
    if "hidden" in tag or "none" in tag or "heading" in tag or "dialog" in tag or "aria-modal" in tag:
        hidden, dialog, heading_level = declared_state(tag)
        element.hidden |= hidden
        element.dialog |= dialog
        element.heading_level = heading_level or element.heading_level


def declared_state(tag: str) -> tuple[bool, bool, int]:
    """Whether a tag in lower case says that its element is hidden, whether a dialog, and as which level of
    heading (0: none)."""
    attrs = attributes(tag)
    style = "".join(attrs.get("style", "").split())
    hidden = "hidden" in attrs or "display:none" in style or "visibility:hidden" in style
    role = attrs.get("role", "").strip()
    return (
        hidden and ACCESSIBLE_MATH_CLASS not in attrs.get("class", ""),
        role in ("dialog", "alertdialog") or attrs.get("aria-modal") == "true",
        _aria_heading_level(attrs.get("aria-level", "")) if role == "heading" else 0,
    )


def _aria_heading_level(text: str) -> int:
    """The level of a heading that gives no valid one is 2, by WAI-ARIA."""
    text = text.strip()
    return min(int(text), 6) if text in {"1", "2", "3", "4", "5", "6", "7", "8", "9"} else 2
