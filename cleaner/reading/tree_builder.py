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
    BLOCKS,
    BREAKOUT,
    BUTTON_SCOPE,
    CELLS,
    CLOSES_P,
    ENDS_IN_SCOPE,
    FORMATTING,
    HEADINGS,
    HTML_IN,
    IMPLIED_END,
    IN_TABLE,
    LIST_SCOPE,
    MARKERS,
    OF_HEAD,
    PRE,
    SCOPE,
    SECTIONS,
    SKIPPED,
    SPECIAL,
    TABLE_MODE,
    TABLE_SCOPE,
    VOID,
    Element,
)
from cleaner.reading.tokenizer import RAW_IN_SELECT, RAW_TEXT, Tokens, attributes, closes_itself

# As deep as browsers go; what is nested deeper becomes a sibling.
DEPTH_AT_MOST = 512
# Their end tags do something else than to close the innermost element.
MORE_THAN_CLOSED = frozenset(("a", "body", "form", "html"))
LINK_SCOPE = SCOPE | {"a"}


class Tree:
    """Fed with start and end tags, knows what is open.

    Attributes:
        top: the innermost open element.
        link: whether text here is inside `<a href>`.
        body: the body, once it has begun.
    """

    def __init__(self, tokens: Tokens, on_break: Callable[[], None], scripts: bool = True) -> None:
        self._tokens = tokens
        self._raw_text = RAW_TEXT if scripts else RAW_TEXT - {"noscript"}
        tokens.raw_text = self._raw_text
        self._break = on_break
        self.top = self._root = Element("html", None, "")
        self.link = False
        self.body: Element | None = None
        self._stack = [self.top]
        # how many of each name: most end tags that match nothing cost no walk
        self._open = defaultdict[str, int](int)
        self._form: Element | None = None
        self._rows = 0
        self._quirks = True
        self._holds_text = ""  # the element that is open to the tokenizer only

    # -- what the reader calls

    def doctype(self) -> None:
        """A page without one is read in quirks mode, where a table may stand in a paragraph."""
        self._quirks = False

    def start(self, name: str, tag: str) -> None:
        """A start tag; `tag` as it stands in the page."""
        mode = self.top.mode
        if mode in HTML_IN:
            self._start_foreign(name, tag)
        elif mode:
            self._start_in_select(name, tag)
        elif self.body is not None or self._before_body(name, tag):
            _START.get(name, Tree._push)(self, name, tag)

    def end(self, name: str) -> None:
        """An end tag."""
        if name == self._holds_text:
            self._holds_text = ""
        elif name == self.top.name and name not in MORE_THAN_CLOSED:
            self._pop()  # most end tags, the short way
            if not self.top.name:
                self._cut(len(self._stack))
        elif self.top.foreign:
            self._end_foreign(name)
        elif self.top.mode:
            self._end_in_select(name)
        elif self.body is not None or self._open["template"]:
            self._end(name)

    def begin_body(self) -> None:
        """Text or a tag that belongs into the body opens it."""
        if self.body is None:
            self.body = self._push("body", "")

    # -- before the body

    def _before_body(self, name: str, tag: str) -> bool:
        """Whether a start tag goes on into the body."""
        if name in OF_HEAD or self._open["template"]:
            return True
        if name == "html" or name == "head":
            if name == "html":
                _start_html(self, name, tag)
            return False
        self.begin_body()
        return True

    # -- the stack

    def _push(self, name: str, tag: str) -> Element:
        stack = self._stack
        if name in BLOCKS and not self.top.skip:
            self._break()
        if len(stack) >= DEPTH_AT_MOST:
            self._pop()
        element = Element(name, self.top, tag)
        if name in SKIPPED:
            element.skip = True
        if len(tag) > len(name) + 2:
            _heed_attributes(element, tag)
        stack.append(element)
        self._open[name] += 1
        self.top = element
        return element

    def _split(self) -> None:
        """Text breaks here, unless nobody sees it."""
        if not self.top.skip:
            self._break()

    def _pop(self) -> None:
        element = self._stack.pop()
        self._open[element.name] -= 1
        self.top = self._stack[-1]
        if element.home is None and not self.top.skip:
            self._break()
        if element.link is not None:
            self.link = element.link
        if element.mode or element.foreign:
            self._tune()

    def _cut(self, size: int) -> None:
        """Close elements until `size` are open; then those that were closed before, out of turn."""
        stack = self._stack
        while len(stack) > size or (not self.top.name and len(stack) > 1):
            self._pop()

    def _close(self, element: Element) -> None:
        """Close an element with others open above it: to the reader of the page it ends when they do."""
        self._open[element.name] -= 1
        element.name = ""

    def _find(self, name: str, stops: frozenset[str]) -> int:
        """Where the innermost open `name` is on the stack, 0 when none is or one of `stops` stands before."""
        if not self._open[name]:
            return 0
        stack = self._stack
        for at in range(len(stack) - 1, 0, -1):
            found = stack[at].name
            if found == name:
                return at
            if found in stops:
                return 0
        return 0

    def _nearest(self, names: frozenset[str]) -> int:
        """Where the innermost open element with one of `names` is, 0 (the root) when there is none."""
        stack = self._stack
        at = len(stack) - 1
        while at and stack[at].name not in names:
            at -= 1
        return at

    def _cut_to(self, name: str, stops: frozenset[str]) -> bool:
        """Close everything up to and including the innermost `name`."""
        at = self._find(name, stops)
        if at:
            self._cut(at)
        return at > 0

    def _tune(self) -> None:
        """Tell the tokenizer where it stands."""
        mode = self.top.mode
        foreign = mode in HTML_IN
        self._tokens.cdata = foreign
        self._tokens.raw_text = frozenset() if foreign else RAW_IN_SELECT if mode else self._raw_text

    # -- end tags

    def _end(self, name: str) -> None:
        special = _END.get(name)
        if special:
            special(self, name)
        elif self._open[name]:
            self._end_other(name)

    def _end_other(self, name: str) -> None:
        stack = self._stack
        for at in range(len(stack) - 1, 0, -1):
            found = stack[at].name
            if found == name:
                self._cut(at)
                return
            if found in SPECIAL:
                return

    # -- svg and math

    def _start_foreign(self, name: str, tag: str) -> None:
        if name in BREAKOUT or (name == "font" and attributes(tag).keys() & {"color", "face", "size"}):
            self._leave_foreign()
            self.start(name, tag)
            return
        space = self.top.mode
        if space == "math" and name == "svg" and self.top.name == ":annotation-xml":
            _start_foreign_root(self, name, tag)
            return
        self._push_foreign(name, tag, "" if _holds_html(space, name, tag) else space)

    def _push_foreign(self, name: str, tag: str, mode: str) -> None:
        element = self._push(":" + name, tag)
        element.foreign, element.mode = True, mode
        if name in SKIPPED:
            element.skip = True
        self._tune()
        if closes_itself(tag):
            self._cut(len(self._stack) - 1)

    def _leave_foreign(self) -> None:
        while self.top.mode in HTML_IN:
            self._pop()
        self._cut(len(self._stack))

    def _end_foreign(self, name: str) -> None:
        if name == "br" or name == "p":
            self._leave_foreign()
            self._end(name)
            return
        stack = self._stack
        at = len(stack) - 1
        while self._open[":" + name] and stack[at].foreign:
            if stack[at].name == ":" + name:
                self._cut(at)
                return
            at -= 1
        self._end(name)

    # -- select

    def _start_in_select(self, name: str, tag: str) -> None:
        """All but a few tags are ignored; those few end the `select`."""
        table = name in TABLE_MODE and name != "html" and name != "template" and self._in_table()
        if name in ("select", "input", "keygen", "textarea") or table:
            self._cut_to("select", TABLE_SCOPE)
            if name != "select":
                self.start(name, tag)
        elif name == "template":
            _start_template(self, name, tag)

    def _end_in_select(self, name: str) -> None:
        if name == "select":
            self._cut_to(name, TABLE_SCOPE)
        elif name in TABLE_MODE and self._in_table() and self._find(name, TABLE_SCOPE):
            self._cut_to("select", TABLE_SCOPE)
            self.end(name)

    def _in_table(self) -> bool:
        return bool(self._open["table"]) and self._mode_of_table() not in ("html", "template")

    def _between_rows(self) -> bool:
        """In a table, but not in a cell."""
        return bool(self._open["table"]) and self._mode_of_table() in IN_TABLE

    def _mode_of_table(self) -> str:
        return self._stack[self._nearest(TABLE_MODE)].name


def _heed_attributes(element: Element, tag: str) -> None:
    """Most tags say nothing about what is shown: look closer only at those that might."""
    tag = tag.lower()
    if "hidden" in tag or "none" in tag or "heading" in tag:
        found = attributes(tag)
        style = "".join(found.get("style", "").split())
        if "hidden" in found or "display:none" in style or "visibility:hidden" in style:
            element.hidden = True
        if found.get("role", "").strip() == "heading":
            element.heading = _level(found.get("aria-level", ""))


def _level(text: str) -> int:
    """A heading without a level that makes sense is of the second, says WAI-ARIA."""
    text = text.strip()
    return min(int(text), 6) if text in {"1", "2", "3", "4", "5", "6", "7", "8", "9"} else 2


def _holds_html(space: str, name: str, tag: str) -> bool:
    """Whether tags inside this element of `svg` or `math` are HTML."""
    if name == "annotation-xml" and space == "math":
        encoding = attributes(tag).get("encoding", "").lower()
        return encoding in ("text/html", "application/xhtml+xml")
    return name in HTML_IN[space]


# -- start tags, by name. An element that none of these names is opened, and nothing else.


def _start_html(tree: Tree, name: str, tag: str) -> None:
    if not tree._root.tag:
        tree._root.tag = tag


def _start_body(tree: Tree, name: str, tag: str) -> None:
    if tree.body is not None and not tree.body.tag and not tree._open["template"]:
        tree.body.tag = tag
        if len(tag) > len("<body>"):
            _heed_attributes(tree.body, tag)


def _ignore(tree: Tree, name: str, tag: str) -> None:
    pass


def _start_break(tree: Tree, name: str, tag: str) -> None:
    tree._split()


def _start_text(tree: Tree, name: str, tag: str) -> None:
    """Holds text that is not shown; its end tag comes next, and ends nothing else."""
    if name not in tree._raw_text:
        tree._push(name, tag)
        return
    tree._holds_text = name
    if name == "textarea":
        tree._split()


def _start_hr(tree: Tree, name: str, tag: str) -> None:
    _close_p(tree)
    tree._split()


def _close_p(tree: Tree) -> None:
    if tree._open["p"]:
        tree._cut_to("p", BUTTON_SCOPE)


def _start_block(tree: Tree, name: str, tag: str) -> None:
    _close_p(tree)
    element = tree._push(name, tag)
    if name in PRE:
        element.pre = True


def _start_dialog(tree: Tree, name: str, tag: str) -> None:
    """Not shown until a script opens it."""
    _close_p(tree)
    element = tree._push(name, tag)
    element.hidden |= "open" not in attributes(tag)


def _start_heading(tree: Tree, name: str, tag: str) -> None:
    _close_p(tree)
    if tree.top.name in HEADINGS:
        tree._cut(len(tree._stack) - 1)
    tree._push(name, tag).heading = int(name[1])


def _start_item(tree: Tree, name: str, tag: str) -> None:
    """A list item ends the one before, unless a list or another container was opened in between."""
    group = ("li",) if name == "li" else ("dd", "dt")
    stack = tree._stack
    for at in range(len(stack) - 1, 0, -1):
        found = stack[at].name
        if found in group:
            tree._cut(at)
            break
        if found in SPECIAL and found not in ("address", "div", "p"):
            break
    _close_p(tree)
    tree._push(name, tag)


def _start_form(tree: Tree, name: str, tag: str) -> None:
    """There is one form at a time; in a table it holds nothing."""
    in_template = tree._open["template"]
    if tree._form is not None and not in_template:
        return
    if tree._between_rows():
        tree._form = Element(name, tree.top, tag)
        tree._split()
        return
    _close_p(tree)
    element = tree._push(name, tag)
    if not in_template:
        tree._form = element


def _start_button(tree: Tree, name: str, tag: str) -> None:
    tree._cut_to(name, SCOPE)
    tree._push(name, tag)


def _start_link(tree: Tree, name: str, tag: str) -> None:
    """A link in a link ends the first."""
    if tree._open[name]:
        at = tree._nearest(MARKERS | {name})
        if tree._stack[at].name == name:
            first = tree._stack[at]
            _adopt(tree, name)
            if first.name and first in tree._stack:
                tree._close(first)
    tree._push(name, tag)
    tree.link = len(tag) > 3 and (" href=" in tag or "href" in attributes(tag))


def _end_link(tree: Tree, name: str) -> None:
    if not tree._open[name]:
        tree.link = False
    elif tree.top.name == name:
        tree.link = False
        tree._cut(len(tree._stack) - 1)
    elif tree._stack[tree._nearest(LINK_SCOPE)].name == name:
        tree.link = False
        _adopt(tree, name)


def _start_nobr(tree: Tree, name: str, tag: str) -> None:
    _adopt(tree, name)
    tree._push(name, tag)


def _adopt(tree: Tree, name: str) -> None:
    """End a formatting element: blocks that were opened inside it stay open (the "adoption agency")."""
    at = tree._find(name, SCOPE)
    if not at:
        return
    stack = tree._stack
    last = len(stack) - 1
    while last > at and stack[last].name not in SPECIAL:
        last -= 1
    if last == at:
        tree._cut(at)
        return
    tree._cut(last + 1)
    tree._close(stack[at])
    for element in stack[at + 1 : last]:
        if element.name not in SPECIAL and element.name not in FORMATTING:
            tree._close(element)


def _start_marked(tree: Tree, name: str, tag: str) -> None:
    """An element that links outside do not reach into."""
    element = tree._push(name, tag)
    element.link, tree.link = tree.link, False


def _start_template(tree: Tree, name: str, tag: str) -> None:
    _start_marked(tree, name, tag)


def _end_template(tree: Tree, name: str) -> None:
    tree._cut_to(name, frozenset())


def _start_select(tree: Tree, name: str, tag: str) -> None:
    tree._push(name, tag).mode = name
    tree._tune()


def _start_option(tree: Tree, name: str, tag: str) -> None:
    if tree.top.name == "option":
        tree._cut(len(tree._stack) - 1)
    tree._push(name, tag)


def _start_ruby_part(tree: Tree, name: str, tag: str) -> None:
    if tree._find("ruby", SCOPE):
        while tree.top.name in IMPLIED_END and not (tree.top.name == "rtc" and name in ("rp", "rt")):
            tree._cut(len(tree._stack) - 1)
    tree._push(name, tag)


def _start_foreign_root(tree: Tree, name: str, tag: str) -> None:
    tree._push_foreign(name, tag, name)


# -- tables


def _start_table(tree: Tree, name: str, tag: str) -> None:
    """Between the rows of a table, but not in a cell, another table ends it."""
    if tree._between_rows():
        tree._cut_to(name, TABLE_SCOPE)
    elif not tree._quirks:
        _close_p(tree)
    tree._push(name, tag).row = -1


def _back_to(tree: Tree, names: frozenset[str]) -> bool:
    """Close what stands above the innermost of `names`, which belong to one table; False outside tables."""
    at = tree._nearest(names | TABLE_SCOPE)
    if tree._stack[at].name in ("html", "template"):
        return False
    tree._cut(at + 1)
    return True


def _start_section(tree: Tree, name: str, tag: str) -> None:
    if _back_to(tree, TABLE_SCOPE):
        tree._push(name, tag)


def _start_caption(tree: Tree, name: str, tag: str) -> None:
    if _back_to(tree, TABLE_SCOPE):
        _start_marked(tree, name, tag)


def _start_column(tree: Tree, name: str, tag: str) -> None:
    _back_to(tree, TABLE_SCOPE)


def _start_row(tree: Tree, name: str, tag: str) -> None:
    if _back_to(tree, SECTIONS):
        if tree.top.name == "table":
            tree._push("tbody", "")
        tree._rows += 1
        tree._push(name, tag).row = tree._rows


def _start_cell(tree: Tree, name: str, tag: str) -> None:
    if _back_to(tree, SECTIONS | {"tr"}):
        if tree.top.name != "tr":
            _start_row(tree, "tr", "")
        _start_marked(tree, name, tag)


# -- end tags, by name. Any other ends the innermost element of its name, if nothing special is open inside.


def _end_ignored(tree: Tree, name: str) -> None:
    pass


def _end_in_scope(tree: Tree, name: str) -> None:
    tree._cut_to(name, SCOPE)


def _end_p(tree: Tree, name: str) -> None:
    """One that ends nothing is an empty paragraph."""
    if not tree._cut_to(name, BUTTON_SCOPE):
        tree._split()


def _end_item(tree: Tree, name: str) -> None:
    tree._cut_to(name, LIST_SCOPE if name == "li" else SCOPE)


def _end_heading(tree: Tree, name: str) -> None:
    """Ends a heading of any level."""
    if not any(tree._open[heading] for heading in HEADINGS):
        return
    at = tree._nearest(HEADINGS | SCOPE)
    if tree._stack[at].name in HEADINGS:
        tree._cut(at)


def _end_form(tree: Tree, name: str) -> None:
    if tree._open["template"]:
        tree._cut_to(name, SCOPE)
        return
    form, tree._form = tree._form, None
    at = tree._find(name, SCOPE)
    if not at or tree._stack[at] is not form:
        return
    while tree.top.name in IMPLIED_END:
        tree._cut(len(tree._stack) - 1)
    if tree.top is form:
        tree._cut(at)
    else:
        tree._close(form)


def _end_in_table(tree: Tree, name: str) -> None:
    tree._cut_to(name, TABLE_SCOPE)


def _end_br(tree: Tree, name: str) -> None:
    tree._split()


_START: dict[str, Callable[[Tree, str, str], object]] = {
    **dict.fromkeys(VOID, _ignore),
    **dict.fromkeys(RAW_TEXT, _start_text),
    **dict.fromkeys(CLOSES_P, _start_block),
    **dict.fromkeys(HEADINGS, _start_heading),
    **dict.fromkeys(("li", "dd", "dt"), _start_item),
    **dict.fromkeys(("applet", "marquee", "object"), _start_marked),
    **dict.fromkeys(("option", "optgroup"), _start_option),
    **dict.fromkeys(("rb", "rp", "rt", "rtc"), _start_ruby_part),
    **dict.fromkeys(("svg", "math"), _start_foreign_root),
    **dict.fromkeys(SECTIONS, _start_section),
    **dict.fromkeys(CELLS, _start_cell),
    **dict.fromkeys(("col", "colgroup"), _start_column),
    "br": _start_break,
    **dict.fromkeys(("head", "frameset"), _ignore),
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

_END: dict[str, Callable[[Tree, str], None]] = {
    **dict.fromkeys(("html", "body", "head"), _end_ignored),
    **dict.fromkeys(ENDS_IN_SCOPE, _end_in_scope),
    **dict.fromkeys(HEADINGS, _end_heading),
    **dict.fromkeys(FORMATTING, _adopt),
    **dict.fromkeys(("li", "dd", "dt"), _end_item),
    **dict.fromkeys(SECTIONS | CELLS | {"caption", "table", "tr"}, _end_in_table),
    "a": _end_link,
    "p": _end_p,
    "br": _end_br,
    "form": _end_form,
    "template": _end_template,
}
