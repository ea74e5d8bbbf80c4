"""The stack of open elements, as a browser keeps it: which tags are implied, ignored, or close what.

Follows the tree construction of the WHATWG HTML standard as far as it decides what stands in which block:
implied end tags, scopes, tables, forms, `svg` and `math`. Three things are left out:

- foster parenting: text between the rows of a table stays where it is written, a browser shows it above;
- the re-opening of formatting elements other than links, which shows only where `svg`, `math` or `option`
  is broken off by the end tag of one that was re-opened (one in some thousand pages of random tags);
- framesets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from cleaner.reading.elements import (
    BLOCK_ELEMENTS,
    BUTTON_SCOPE,
    CLOSES_P,
    FOREIGN_BREAKOUT_TAGS,
    FORMATTING,
    FORMATTING_MARKERS,
    HEAD_ELEMENTS,
    HEADINGS,
    IMPLIED_END_TAGS,
    INTEGRATION_POINTS,
    LIST_SCOPE,
    NOT_RENDERED,
    PREFORMATTED,
    SCOPE,
    SCOPED_END_TAGS,
    SPECIAL,
    TABLE_CELLS,
    TABLE_CONTEXT,
    TABLE_INSERTION_MODES,
    TABLE_SCOPE,
    TABLE_SECTIONS,
    VOID,
    Element,
)
from cleaner.reading.tokenizer import (
    RAW_TEXT_ELEMENTS,
    RAW_TEXT_IN_SELECT,
    Tokens,
    attributes,
    is_self_closing,
)

# As deep as browsers go; what is nested deeper becomes a sibling.
MAX_TREE_DEPTH = 512
# Their end tags do something else than to close the innermost element.
SPECIAL_END_TAGS = frozenset(("a", "body", "form", "html"))
LINK_SCOPE = SCOPE | {"a"}


class TreeBuilder:
    """Fed with start and end tags, knows what is open.

    Attributes:
        top: the innermost open element.
        in_link: whether text here is inside `<a href>`.
        body: the body, once it has begun.
    """

    def __init__(self, tokens: Tokens, on_break: Callable[[], None], scripts: bool = True) -> None:
        self._tokens = tokens
        self.raw_text_elements = RAW_TEXT_ELEMENTS if scripts else RAW_TEXT_ELEMENTS - {"noscript"}
        tokens.raw_text_elements = self.raw_text_elements
        self._on_break = on_break
        self.top = self.root = Element("html", None, "")
        self.in_link = False
        self.body: Element | None = None
        self.stack = [self.top]
        # how many of each name: most end tags that match nothing cost no walk
        self.open_counts = defaultdict[str, int](int)
        self.form: Element | None = None
        self.row_count = 0
        self.quirks_mode = True
        self.open_raw_text = ""  # the element that is open to the tokenizer only

    # -- what the reader calls

    def doctype(self) -> None:
        """A page without one is read in quirks mode, where a table may stand in a paragraph."""
        self.quirks_mode = False

    def start(self, name: str, tag: str) -> None:
        """A start tag; `tag` as it stands in the page."""
        mode = self.top.parsing_mode
        if mode in INTEGRATION_POINTS:
            self._start_foreign(name, tag)
        elif mode:
            self._start_in_select(name, tag)
        elif self.body is not None or self._belongs_in_body(name, tag):
            _START_HANDLERS.get(name, TreeBuilder.push)(self, name, tag)

    def end(self, name: str) -> None:
        """An end tag."""
        if name == self.open_raw_text:
            self.open_raw_text = ""
        elif name == self.top.name and name not in SPECIAL_END_TAGS:
            self.pop()  # most end tags, the short way
            if not self.top.name:
                self.pop_to_size(len(self.stack))
        elif self.top.foreign:
            self._end_foreign(name)
        elif self.top.parsing_mode:
            self._end_in_select(name)
        elif self.body is not None or self.open_counts["template"]:
            self._end(name)

    def begin_body(self) -> None:
        """Text or a tag that belongs into the body opens it."""
        if self.body is None:
            self.body = self.push("body", "")

    # -- before the body

    def _belongs_in_body(self, name: str, tag: str) -> bool:
        """Whether a start tag goes on into the body."""
        if name in HEAD_ELEMENTS or self.open_counts["template"]:
            return True
        if name == "html" or name == "head":
            if name == "html":
                _start_html(self, name, tag)
            return False
        self.begin_body()
        return True

    # -- the stack

    def push(self, name: str, tag: str) -> Element:
        stack = self.stack
        if name in BLOCK_ELEMENTS and not self.top.not_rendered:
            self._on_break()
        if len(stack) >= MAX_TREE_DEPTH:
            self.pop()
        element = Element(name, self.top, tag)
        if name in NOT_RENDERED:
            element.not_rendered = True
        if len(tag) > len(name) + 2:
            _apply_attributes(element, tag)
        stack.append(element)
        self.open_counts[name] += 1
        self.top = element
        return element

    def break_text(self) -> None:
        """Text breaks here, unless nobody sees it."""
        if not self.top.not_rendered:
            self._on_break()

    def pop(self) -> None:
        element = self.stack.pop()
        self.open_counts[element.name] -= 1
        self.top = self.stack[-1]
        if element.block_ancestor is None and not self.top.not_rendered:
            self._on_break()
        if element.outer_link is not None:
            self.in_link = element.outer_link
        if element.parsing_mode or element.foreign:
            self.sync_tokenizer()

    def pop_to_size(self, size: int) -> None:
        """Close elements until `size` are open; then those that were closed before, out of turn."""
        stack = self.stack
        while len(stack) > size or (not self.top.name and len(stack) > 1):
            self.pop()

    def detach(self, element: Element) -> None:
        """Close an element with others open above it: to the reader of the page it ends when they do."""
        self.open_counts[element.name] -= 1
        element.name = ""

    def find_in_scope(self, name: str, stops: frozenset[str]) -> int:
        """Where the innermost open `name` is on the stack, 0 when none is or one of `stops` stands before."""
        if not self.open_counts[name]:
            return 0
        stack = self.stack
        for at in range(len(stack) - 1, 0, -1):
            open_name = stack[at].name
            if open_name == name:
                return at
            if open_name in stops:
                return 0
        return 0

    def find_nearest(self, names: frozenset[str]) -> int:
        """Where the innermost open element with one of `names` is, 0 (the root) when there is none."""
        stack = self.stack
        at = len(stack) - 1
        while at and stack[at].name not in names:
            at -= 1
        return at

    def pop_through(self, name: str, stops: frozenset[str]) -> bool:
        """Close everything up to and including the innermost `name`."""
        at = self.find_in_scope(name, stops)
        if at:
            self.pop_to_size(at)
        return at > 0

    def sync_tokenizer(self) -> None:
        """Tell the tokenizer where it stands."""
        mode = self.top.parsing_mode
        foreign = mode in INTEGRATION_POINTS
        self._tokens.cdata_allowed = foreign
        self._tokens.raw_text_elements = (
            frozenset() if foreign else RAW_TEXT_IN_SELECT if mode else self.raw_text_elements
        )

    # -- end tags

    def _end(self, name: str) -> None:
        special = _END_HANDLERS.get(name)
        if special:
            special(self, name)
        elif self.open_counts[name]:
            self._end_other(name)

    def _end_other(self, name: str) -> None:
        stack = self.stack
        for at in range(len(stack) - 1, 0, -1):
            open_name = stack[at].name
            if open_name == name:
                self.pop_to_size(at)
                return
            if open_name in SPECIAL:
                return

    # -- svg and math

    def _start_foreign(self, name: str, tag: str) -> None:
        if name in FOREIGN_BREAKOUT_TAGS or (
            name == "font" and attributes(tag).keys() & {"color", "face", "size"}
        ):
            self._leave_foreign()
            self.start(name, tag)
            return
        namespace = self.top.parsing_mode
        if namespace == "math" and name == "svg" and self.top.name == ":annotation-xml":
            _start_foreign_root(self, name, tag)
            return
        self.push_foreign(name, tag, "" if _is_integration_point(namespace, name, tag) else namespace)

    def push_foreign(self, name: str, tag: str, parsing_mode: str) -> None:
        element = self.push(":" + name, tag)
        element.foreign, element.parsing_mode = True, parsing_mode
        if name in NOT_RENDERED:
            element.not_rendered = True
        self.sync_tokenizer()
        if is_self_closing(tag):
            self.pop_to_size(len(self.stack) - 1)

    def _leave_foreign(self) -> None:
        while self.top.parsing_mode in INTEGRATION_POINTS:
            self.pop()
        self.pop_to_size(len(self.stack))

    def _end_foreign(self, name: str) -> None:
        if name == "br" or name == "p":
            self._leave_foreign()
            self._end(name)
            return
        stack = self.stack
        at = len(stack) - 1
        while self.open_counts[":" + name] and stack[at].foreign:
            if stack[at].name == ":" + name:
                self.pop_to_size(at)
                return
            at -= 1
        self._end(name)

    # -- select

    def _start_in_select(self, name: str, tag: str) -> None:
        """All but a few tags are ignored; those few end the `select`."""
        is_table_tag = (
            name in TABLE_INSERTION_MODES and name != "html" and name != "template" and self._is_in_table()
        )
        if name in ("select", "input", "keygen", "textarea") or is_table_tag:
            self.pop_through("select", TABLE_SCOPE)
            if name != "select":
                self.start(name, tag)
        elif name == "template":
            _start_template(self, name, tag)

    def _end_in_select(self, name: str) -> None:
        if name == "select":
            self.pop_through(name, TABLE_SCOPE)
        elif name in TABLE_INSERTION_MODES and self._is_in_table() and self.find_in_scope(name, TABLE_SCOPE):
            self.pop_through("select", TABLE_SCOPE)
            self.end(name)

    def _is_in_table(self) -> bool:
        return bool(self.open_counts["table"]) and self._table_context() not in ("html", "template")

    def is_between_rows(self) -> bool:
        """In a table, but not in a cell."""
        return bool(self.open_counts["table"]) and self._table_context() in TABLE_CONTEXT

    def _table_context(self) -> str:
        return self.stack[self.find_nearest(TABLE_INSERTION_MODES)].name


def _apply_attributes(element: Element, tag: str) -> None:
    """Most tags say nothing about what is shown: look closer only at those that might."""
    tag = tag.lower()
    if "hidden" in tag or "none" in tag or "heading" in tag:
        attrs = attributes(tag)
        style = "".join(attrs.get("style", "").split())
        if "hidden" in attrs or "display:none" in style or "visibility:hidden" in style:
            element.hidden = True
        if attrs.get("role", "").strip() == "heading":
            element.heading_level = _aria_heading_level(attrs.get("aria-level", ""))


def _aria_heading_level(text: str) -> int:
    """A heading without a level that makes sense is of the second, says WAI-ARIA."""
    text = text.strip()
    return min(int(text), 6) if text in {"1", "2", "3", "4", "5", "6", "7", "8", "9"} else 2


def _is_integration_point(namespace: str, name: str, tag: str) -> bool:
    """Whether tags inside this element of `svg` or `math` are HTML."""
    if name == "annotation-xml" and namespace == "math":
        encoding = attributes(tag).get("encoding", "").lower()
        return encoding in ("text/html", "application/xhtml+xml")
    return name in INTEGRATION_POINTS[namespace]


# -- start tags, by name. An element that none of these names is opened, and nothing else.


def _start_html(tree: TreeBuilder, name: str, tag: str) -> None:
    if not tree.root.tag:
        tree.root.tag = tag


def _start_body(tree: TreeBuilder, name: str, tag: str) -> None:
    if tree.body is not None and not tree.body.tag and not tree.open_counts["template"]:
        tree.body.tag = tag
        if len(tag) > len("<body>"):
            _apply_attributes(tree.body, tag)


def _ignore_start(tree: TreeBuilder, name: str, tag: str) -> None:
    pass


def _start_br(tree: TreeBuilder, name: str, tag: str) -> None:
    tree.break_text()


def _start_raw_text(tree: TreeBuilder, name: str, tag: str) -> None:
    """Holds text that is not shown; its end tag comes next, and ends nothing else."""
    if name not in tree.raw_text_elements:
        tree.push(name, tag)
        return
    tree.open_raw_text = name
    if name == "textarea":
        tree.break_text()


def _start_hr(tree: TreeBuilder, name: str, tag: str) -> None:
    _close_p(tree)
    tree.break_text()


def _close_p(tree: TreeBuilder) -> None:
    if tree.open_counts["p"]:
        tree.pop_through("p", BUTTON_SCOPE)


def _start_block(tree: TreeBuilder, name: str, tag: str) -> None:
    _close_p(tree)
    element = tree.push(name, tag)
    if name in PREFORMATTED:
        element.preformatted = True


def _start_dialog(tree: TreeBuilder, name: str, tag: str) -> None:
    """Not shown until a script opens it."""
    _close_p(tree)
    element = tree.push(name, tag)
    element.hidden |= "open" not in attributes(tag)


def _start_heading(tree: TreeBuilder, name: str, tag: str) -> None:
    _close_p(tree)
    if tree.top.name in HEADINGS:
        tree.pop_to_size(len(tree.stack) - 1)
    tree.push(name, tag).heading_level = int(name[1])


def _start_item(tree: TreeBuilder, name: str, tag: str) -> None:
    """A list item ends the one before, unless a list or another container was opened in between."""
    same_items = ("li",) if name == "li" else ("dd", "dt")
    stack = tree.stack
    for at in range(len(stack) - 1, 0, -1):
        open_name = stack[at].name
        if open_name in same_items:
            tree.pop_to_size(at)
            break
        if open_name in SPECIAL and open_name not in ("address", "div", "p"):
            break
    _close_p(tree)
    tree.push(name, tag)


def _start_form(tree: TreeBuilder, name: str, tag: str) -> None:
    """There is one form at a time; in a table it holds nothing."""
    in_template = tree.open_counts["template"]
    if tree.form is not None and not in_template:
        return
    if tree.is_between_rows():
        tree.form = Element(name, tree.top, tag)
        tree.break_text()
        return
    _close_p(tree)
    element = tree.push(name, tag)
    if not in_template:
        tree.form = element


def _start_button(tree: TreeBuilder, name: str, tag: str) -> None:
    tree.pop_through(name, SCOPE)
    tree.push(name, tag)


def _start_link(tree: TreeBuilder, name: str, tag: str) -> None:
    """A link in a link ends the first."""
    if tree.open_counts[name]:
        at = tree.find_nearest(FORMATTING_MARKERS | {name})
        if tree.stack[at].name == name:
            outer_link = tree.stack[at]
            _run_adoption_agency(tree, name)
            if outer_link.name and outer_link in tree.stack:
                tree.detach(outer_link)
    tree.push(name, tag)
    tree.in_link = len(tag) > 3 and (" href=" in tag or "href" in attributes(tag))


def _end_link(tree: TreeBuilder, name: str) -> None:
    if not tree.open_counts[name]:
        tree.in_link = False
    elif tree.top.name == name:
        tree.in_link = False
        tree.pop_to_size(len(tree.stack) - 1)
    elif tree.stack[tree.find_nearest(LINK_SCOPE)].name == name:
        tree.in_link = False
        _run_adoption_agency(tree, name)


def _start_nobr(tree: TreeBuilder, name: str, tag: str) -> None:
    _run_adoption_agency(tree, name)
    tree.push(name, tag)


def _run_adoption_agency(tree: TreeBuilder, name: str) -> None:
    """End a formatting element: blocks that were opened inside it stay open (the "adoption agency")."""
    at = tree.find_in_scope(name, SCOPE)
    if not at:
        return
    stack = tree.stack
    furthest_block = len(stack) - 1
    while furthest_block > at and stack[furthest_block].name not in SPECIAL:
        furthest_block -= 1
    if furthest_block == at:
        tree.pop_to_size(at)
        return
    tree.pop_to_size(furthest_block + 1)
    tree.detach(stack[at])
    for element in stack[at + 1 : furthest_block]:
        if element.name not in SPECIAL and element.name not in FORMATTING:
            tree.detach(element)


def _start_marker(tree: TreeBuilder, name: str, tag: str) -> None:
    """An element that links outside do not reach into."""
    element = tree.push(name, tag)
    element.outer_link, tree.in_link = tree.in_link, False


def _start_template(tree: TreeBuilder, name: str, tag: str) -> None:
    _start_marker(tree, name, tag)


def _end_template(tree: TreeBuilder, name: str) -> None:
    tree.pop_through(name, frozenset())


def _start_select(tree: TreeBuilder, name: str, tag: str) -> None:
    tree.push(name, tag).parsing_mode = name
    tree.sync_tokenizer()


def _start_option(tree: TreeBuilder, name: str, tag: str) -> None:
    if tree.top.name == "option":
        tree.pop_to_size(len(tree.stack) - 1)
    tree.push(name, tag)


def _start_ruby_part(tree: TreeBuilder, name: str, tag: str) -> None:
    if tree.find_in_scope("ruby", SCOPE):
        while tree.top.name in IMPLIED_END_TAGS and not (tree.top.name == "rtc" and name in ("rp", "rt")):
            tree.pop_to_size(len(tree.stack) - 1)
    tree.push(name, tag)


def _start_foreign_root(tree: TreeBuilder, name: str, tag: str) -> None:
    tree.push_foreign(name, tag, name)


# -- tables


def _start_table(tree: TreeBuilder, name: str, tag: str) -> None:
    """Between the rows of a table, but not in a cell, another table ends it."""
    if tree.is_between_rows():
        tree.pop_through(name, TABLE_SCOPE)
    elif not tree.quirks_mode:
        _close_p(tree)
    tree.push(name, tag).table_row = -1


def _clear_stack_back_to(tree: TreeBuilder, names: frozenset[str]) -> bool:
    """Close what stands above the innermost of `names`, which belong to one table; False outside tables."""
    at = tree.find_nearest(names | TABLE_SCOPE)
    if tree.stack[at].name in ("html", "template"):
        return False
    tree.pop_to_size(at + 1)
    return True


def _start_section(tree: TreeBuilder, name: str, tag: str) -> None:
    if _clear_stack_back_to(tree, TABLE_SCOPE):
        tree.push(name, tag)


def _start_caption(tree: TreeBuilder, name: str, tag: str) -> None:
    if _clear_stack_back_to(tree, TABLE_SCOPE):
        _start_marker(tree, name, tag)


def _start_column(tree: TreeBuilder, name: str, tag: str) -> None:
    _clear_stack_back_to(tree, TABLE_SCOPE)


def _start_row(tree: TreeBuilder, name: str, tag: str) -> None:
    if _clear_stack_back_to(tree, TABLE_SECTIONS):
        if tree.top.name == "table":
            tree.push("tbody", "")
        tree.row_count += 1
        tree.push(name, tag).table_row = tree.row_count


def _start_cell(tree: TreeBuilder, name: str, tag: str) -> None:
    if _clear_stack_back_to(tree, TABLE_SECTIONS | {"tr"}):
        if tree.top.name != "tr":
            _start_row(tree, "tr", "")
        _start_marker(tree, name, tag)


# -- end tags, by name. Any other ends the innermost element of its name, if nothing special is open inside.


def _ignore_end(tree: TreeBuilder, name: str) -> None:
    pass


def _end_in_scope(tree: TreeBuilder, name: str) -> None:
    tree.pop_through(name, SCOPE)


def _end_p(tree: TreeBuilder, name: str) -> None:
    """One that ends nothing is an empty paragraph."""
    if not tree.pop_through(name, BUTTON_SCOPE):
        tree.break_text()


def _end_item(tree: TreeBuilder, name: str) -> None:
    tree.pop_through(name, LIST_SCOPE if name == "li" else SCOPE)


def _end_heading(tree: TreeBuilder, name: str) -> None:
    """Ends a heading of any level."""
    if not any(tree.open_counts[heading] for heading in HEADINGS):
        return
    at = tree.find_nearest(HEADINGS | SCOPE)
    if tree.stack[at].name in HEADINGS:
        tree.pop_to_size(at)


def _end_form(tree: TreeBuilder, name: str) -> None:
    if tree.open_counts["template"]:
        tree.pop_through(name, SCOPE)
        return
    form, tree.form = tree.form, None
    at = tree.find_in_scope(name, SCOPE)
    if not at or tree.stack[at] is not form:
        return
    while tree.top.name in IMPLIED_END_TAGS:
        tree.pop_to_size(len(tree.stack) - 1)
    if tree.top is form:
        tree.pop_to_size(at)
    else:
        tree.detach(form)


def _end_in_table(tree: TreeBuilder, name: str) -> None:
    tree.pop_through(name, TABLE_SCOPE)


def _end_br(tree: TreeBuilder, name: str) -> None:
    tree.break_text()


_START_HANDLERS: dict[str, Callable[[TreeBuilder, str, str], object]] = {
    **dict.fromkeys(VOID, _ignore_start),
    **dict.fromkeys(RAW_TEXT_ELEMENTS, _start_raw_text),
    **dict.fromkeys(CLOSES_P, _start_block),
    **dict.fromkeys(HEADINGS, _start_heading),
    **dict.fromkeys(("li", "dd", "dt"), _start_item),
    **dict.fromkeys(("applet", "marquee", "object"), _start_marker),
    **dict.fromkeys(("option", "optgroup"), _start_option),
    **dict.fromkeys(("rb", "rp", "rt", "rtc"), _start_ruby_part),
    **dict.fromkeys(("svg", "math"), _start_foreign_root),
    **dict.fromkeys(TABLE_SECTIONS, _start_section),
    **dict.fromkeys(TABLE_CELLS, _start_cell),
    **dict.fromkeys(("col", "colgroup"), _start_column),
    "br": _start_br,
    **dict.fromkeys(("head", "frameset"), _ignore_start),
    "hr": _start_hr,
    "html": _start_html,
    "body": _start_body,
    "dialog": _start_dialog,
    "form": _start_form,
    "button": _start_button,
    "a": _start_link,
    "nobr": _start_nobr,
    "template": _start_template,
    "select": _start_select,
    "table": _start_table,
    "caption": _start_caption,
    "tr": _start_row,
}

_END_HANDLERS: dict[str, Callable[[TreeBuilder, str], None]] = {
    **dict.fromkeys(("html", "body", "head"), _ignore_end),
    **dict.fromkeys(SCOPED_END_TAGS, _end_in_scope),
    **dict.fromkeys(HEADINGS, _end_heading),
    **dict.fromkeys(FORMATTING, _run_adoption_agency),
    **dict.fromkeys(("li", "dd", "dt"), _end_item),
    **dict.fromkeys(TABLE_SECTIONS | TABLE_CELLS | {"caption", "table", "tr"}, _end_in_table),
    "a": _end_link,
    "p": _end_p,
    "br": _end_br,
    "form": _end_form,
    "template": _end_template,
}
