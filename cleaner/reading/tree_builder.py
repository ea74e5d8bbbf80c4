"""Which start and end tags open and close what: the tree construction of the WHATWG HTML standard.

Followed as far as it decides which text is in which block: implied end tags, scopes, tables, forms, `svg` and
`math`. Three things are left out:

- foster parenting: text between the rows of a table stays where it is written; a browser shows it above;
- the re-opening of formatting elements other than links. It shows only where the end tag of a re-opened one
  closes `svg`, `math` or `option` too early (one in some thousand pages of random tags);
- framesets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from cleaner.reading.elements import (
    BUTTON_SCOPE,
    CLOSES_P,
    FOREIGN_BREAKOUT_TAGS,
    FORMATTING,
    FORMATTING_MARKERS,
    HEAD_ELEMENTS,
    HEADINGS,
    INTEGRATION_POINTS,
    LIST_SCOPE,
    NOT_RENDERED,
    PREFORMATTED,
    SCOPE,
    SCOPED_END_TAGS,
    SHADOW_HOSTS,
    SPECIAL,
    TABLE_CELLS,
    TABLE_INSERTION_MODES,
    TABLE_SCOPE,
    TABLE_SECTIONS,
    VOID,
)
from cleaner.reading.open_elements import Element, OpenElements, apply_attributes
from cleaner.reading.tokenizer import RAW_TEXT_ELEMENTS, Tokens, attributes, is_self_closing

# Their end tags do something else than to close the innermost element.
SPECIAL_END_TAGS = frozenset(("a", "body", "form", "html"))
LINK_SCOPE = SCOPE | {"a"}


class TreeBuilder(OpenElements):
    """Takes start and end tags in order and keeps the stack of open elements.

    Attributes:
        body: the body, once it has begun.
        form: the open form (the standard's "form element pointer").
        row_count: table rows so far, on the whole page.
        quirks_mode: whether no doctype came first.
        open_raw_text: name of the raw text element whose end tag is awaited; it is not on the stack.
    """

    def __init__(self, tokens: Tokens, on_break: Callable[[], None], scripts: bool = True) -> None:
        super().__init__(tokens, on_break, scripts)
        self.body: Element | None = None
        self.form: Element | None = None
        self.row_count = 0
        self.quirks_mode = True
        self.open_raw_text = ""

    # -- what the reader calls

    def doctype(self) -> None:
        """A page without one is read in quirks mode, where a paragraph may hold a table."""
        self.quirks_mode = False

    def start(self, name: str, tag: str) -> None:
        """A start tag; `tag` is the whole tag as written."""
        mode = self.current_node.parsing_mode
        if mode in INTEGRATION_POINTS:
            self._start_foreign(name, tag)
        elif mode:
            self._start_in_select(name, tag)
        elif self.body is not None or self._belongs_in_body(name, tag):
            self.start_handlers.get(name, OpenElements.push)(self, name, tag)

    def end(self, name: str) -> None:
        """An end tag."""
        if name == self.open_raw_text:
            self.open_raw_text = ""
        elif name == self.current_node.name and name not in SPECIAL_END_TAGS:
            self.pop_current()  # most end tags
        elif self.current_node.foreign:
            self._end_foreign(name)
        elif self.current_node.parsing_mode:
            self._end_in_select(name)
        elif self.body is not None or self.open_counts["template"]:
            self._end(name)

    def begin_body(self) -> None:
        """Text, or a tag that belongs in the body, opens it."""
        if self.body is None:
            self.body = self.push("body", "")

    # -- before the body

    def _belongs_in_body(self, name: str, tag: str) -> bool:
        """Whether a start tag before the body is still to be handled; most begin the body."""
        if name in HEAD_ELEMENTS or self.open_counts["template"]:
            return True
        if name == "html" or name == "head":
            if name == "html":
                self._start_html(name, tag)
            return False
        self.begin_body()
        return True

    # -- end tags

    def _end(self, name: str) -> None:
        special = self.end_handlers.get(name)
        if special:
            special(self, name)
        elif self.open_counts[name]:
            self._end_other(name)

    def _end_other(self, name: str) -> None:
        stack = self.stack
        for index in range(len(stack) - 1, 0, -1):
            open_name = stack[index].name
            if open_name == name:
                self.pop_to_size(index)
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
        namespace = self.current_node.parsing_mode
        if namespace == "math" and name == "svg" and self.current_node.name == ":annotation-xml":
            self._start_foreign_root(name, tag)
            return
        self._push_foreign(name, tag, "" if _is_integration_point(namespace, name, tag) else namespace)

    def _push_foreign(self, name: str, tag: str, parsing_mode: str) -> None:
        element = self.push(":" + name, tag)
        element.foreign, element.parsing_mode = True, parsing_mode
        if name in NOT_RENDERED:
            element.not_rendered = True
        self.sync_tokenizer()
        if is_self_closing(tag):
            self.pop_current()

    def _leave_foreign(self) -> None:
        while self.current_node.parsing_mode in INTEGRATION_POINTS:
            self.pop()
        self.pop_to_size(len(self.stack))

    def _end_foreign(self, name: str) -> None:
        if name == "br" or name == "p":
            self._leave_foreign()
            self._end(name)
            return
        stack = self.stack
        index = len(stack) - 1
        while self.open_counts[":" + name] and stack[index].foreign:
            if stack[index].name == ":" + name:
                self.pop_to_size(index)
                return
            index -= 1
        self._end(name)

    # -- select

    def _start_in_select(self, name: str, tag: str) -> None:
        """A few tags end the `select`; all others are ignored."""
        is_table_tag = (
            name in TABLE_INSERTION_MODES and name != "html" and name != "template" and self.is_in_table()
        )
        if name in ("select", "input", "keygen", "textarea") or is_table_tag:
            self.pop_through("select", TABLE_SCOPE)
            if name != "select":
                self.start(name, tag)
        elif name == "template":
            self._start_template(name, tag)

    def _end_in_select(self, name: str) -> None:
        if name == "select":
            self.pop_through(name, TABLE_SCOPE)
        elif name in TABLE_INSERTION_MODES and self.is_in_table() and self.index_in_scope(name, TABLE_SCOPE):
            self.pop_through("select", TABLE_SCOPE)
            self.end(name)

    # -- start tags, by name; any other opens an element and closes nothing

    def _start_html(self, name: str, tag: str) -> None:
        if not self.root.tag:
            self.root.tag = tag

    def _start_body(self, name: str, tag: str) -> None:
        if self.body is not None and not self.body.tag and not self.open_counts["template"]:
            self.body.tag = tag
            if len(tag) > len("<body>"):
                apply_attributes(self.body, tag)

    def _ignore_start(self, name: str, tag: str) -> None:
        pass

    def _start_br(self, name: str, tag: str) -> None:
        self.break_text()

    def _start_raw_text(self, name: str, tag: str) -> None:
        """Its text is one token and its end tag the next: it is never pushed."""
        if name not in self.raw_text_elements:
            self.push(name, tag)
            return
        self.open_raw_text = name
        if name == "textarea":
            self.break_text()

    def _start_hr(self, name: str, tag: str) -> None:
        self.close_p()
        self.break_text()

    def _start_block(self, name: str, tag: str) -> None:
        self.close_p()
        element = self.push(name, tag)
        if name in PREFORMATTED:
            element.preformatted = True

    def _start_dialog(self, name: str, tag: str) -> None:
        """Not shown until a script opens it."""
        self.close_p()
        element = self.push(name, tag)
        element.hidden |= "open" not in attributes(tag)
        element.dialog = True

    def _start_heading(self, name: str, tag: str) -> None:
        self.close_p()
        if self.current_node.name in HEADINGS:
            self.pop_current()
        self.push(name, tag).heading_level = int(name[1])

    def _start_item(self, name: str, tag: str) -> None:
        """A list item closes the one before, unless a list or another container was opened in between."""
        same_items = ("li",) if name == "li" else ("dd", "dt")
        stack = self.stack
        for index in range(len(stack) - 1, 0, -1):
            open_name = stack[index].name
            if open_name in same_items:
                self.pop_to_size(index)
                break
            if open_name in SPECIAL and open_name not in ("address", "div", "p"):
                break
        self.close_p()
        self.push(name, tag)

    def _start_form(self, name: str, tag: str) -> None:
        """One form is open at a time; between the rows of a table it is empty."""
        in_template = self.open_counts["template"]
        if self.form is not None and not in_template:
            return
        if self.is_between_rows():
            self.form = Element(name, self.current_node, tag)
            self.break_text()
            return
        self.close_p()
        element = self.push(name, tag)
        if not in_template:
            self.form = element

    def _start_button(self, name: str, tag: str) -> None:
        self.pop_through(name, SCOPE)
        self.push(name, tag)

    def _start_link(self, name: str, tag: str) -> None:
        """A link in a link closes the outer one."""
        if self.open_counts[name]:
            index = self.index_of_innermost(FORMATTING_MARKERS | {name})
            if self.stack[index].name == name:
                outer_link = self.stack[index]
                self._run_adoption_agency(name)
                if outer_link.name and outer_link in self.stack:
                    self.detach(outer_link)
        self.push(name, tag)
        self.in_link = len(tag) > 3 and (" href=" in tag or "href" in attributes(tag))

    def _end_link(self, name: str) -> None:
        if not self.open_counts[name]:
            self.in_link = False
        elif self.current_node.name == name:
            self.in_link = False
            self.pop_current()
        elif self.stack[self.index_of_innermost(LINK_SCOPE)].name == name:
            self.in_link = False
            self._run_adoption_agency(name)

    def _start_nobr(self, name: str, tag: str) -> None:
        self._run_adoption_agency(name)
        self.push(name, tag)

    def _run_adoption_agency(self, name: str) -> None:
        """Close a formatting element; blocks inside it stay open (the standard's "adoption agency")."""
        index = self.index_in_scope(name, SCOPE)
        if not index:
            return
        stack = self.stack
        furthest_block = self.index_of_furthest_block(index)
        if furthest_block == index:
            self.pop_to_size(index)
            return
        self.pop_to_size(furthest_block + 1)
        self.detach(stack[index])
        for element in stack[index + 1 : furthest_block]:
            if element.name not in SPECIAL and element.name not in FORMATTING:
                self.detach(element)

    def _start_template(self, name: str, tag: str) -> None:
        host = self.current_node
        element = self.push_marker(name, tag)
        if "shadowrootmode" in tag.lower() and _is_shadow_root(host, tag):
            element.not_rendered = host.not_rendered

    def _end_template(self, name: str) -> None:
        self.pop_through(name, frozenset())

    def _start_select(self, name: str, tag: str) -> None:
        self.push(name, tag).parsing_mode = name
        self.sync_tokenizer()

    def _start_option(self, name: str, tag: str) -> None:
        if self.current_node.name == "option":
            self.pop_current()
        self.push(name, tag)

    def _start_ruby_part(self, name: str, tag: str) -> None:
        if self.index_in_scope("ruby", SCOPE):
            self.generate_implied_end_tags(except_for="rtc" if name in ("rp", "rt") else "")
        self.push(name, tag)

    def _start_foreign_root(self, name: str, tag: str) -> None:
        self._push_foreign(name, tag, name)

    # -- tables

    def _start_table(self, name: str, tag: str) -> None:
        """Between the rows of a table, another table closes it."""
        if self.is_between_rows():
            self.pop_through(name, TABLE_SCOPE)
        elif not self.quirks_mode:
            self.close_p()
        self.push(name, tag).table_row = -1

    def _start_section(self, name: str, tag: str) -> None:
        if self.clear_stack_back_to(TABLE_SCOPE):
            self.push(name, tag)

    def _start_caption(self, name: str, tag: str) -> None:
        if self.clear_stack_back_to(TABLE_SCOPE):
            self.push_marker(name, tag)

    def _start_column(self, name: str, tag: str) -> None:
        self.clear_stack_back_to(TABLE_SCOPE)

    def _start_row(self, name: str, tag: str) -> None:
        if self.clear_stack_back_to(TABLE_SECTIONS):
            if self.current_node.name == "table":
                self.push("tbody", "")
            self.row_count += 1
            self.push(name, tag).table_row = self.row_count

    def _start_cell(self, name: str, tag: str) -> None:
        if self.clear_stack_back_to(TABLE_SECTIONS | {"tr"}):
            if self.current_node.name != "tr":
                self._start_row("tr", "")
            self.push_marker(name, tag)

    # -- end tags, by name; any other closes the innermost of its name, unless a special one is inside

    def _ignore_end(self, name: str) -> None:
        pass

    def _end_in_scope(self, name: str) -> None:
        self.pop_through(name, SCOPE)

    def _end_p(self, name: str) -> None:
        """One that closes nothing is an empty paragraph."""
        if not self.pop_through(name, BUTTON_SCOPE):
            self.break_text()

    def _end_item(self, name: str) -> None:
        self.pop_through(name, LIST_SCOPE if name == "li" else SCOPE)

    def _end_heading(self, name: str) -> None:
        """Closes a heading of any level."""
        if not any(self.open_counts[heading] for heading in HEADINGS):
            return
        index = self.index_of_innermost(HEADINGS | SCOPE)
        if self.stack[index].name in HEADINGS:
            self.pop_to_size(index)

    def _end_form(self, name: str) -> None:
        if self.open_counts["template"]:
            self.pop_through(name, SCOPE)
            return
        form, self.form = self.form, None
        index = self.index_in_scope(name, SCOPE)
        if not index or self.stack[index] is not form:
            return
        self.generate_implied_end_tags()
        if self.current_node is form:
            self.pop_to_size(index)
        else:
            self.detach(form)

    def _end_in_table(self, name: str) -> None:
        self.pop_through(name, TABLE_SCOPE)

    def _end_br(self, name: str) -> None:
        self.break_text()

    start_handlers: ClassVar[dict[str, Callable[[TreeBuilder, str, str], object]]] = {
        **dict.fromkeys(VOID, _ignore_start),
        **dict.fromkeys(RAW_TEXT_ELEMENTS, _start_raw_text),
        **dict.fromkeys(CLOSES_P, _start_block),
        **dict.fromkeys(HEADINGS, _start_heading),
        **dict.fromkeys(("li", "dd", "dt"), _start_item),
        **dict.fromkeys(("applet", "marquee", "object"), OpenElements.push_marker),
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

    end_handlers: ClassVar[dict[str, Callable[[TreeBuilder, str], None]]] = {
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


def _is_shadow_root(host: Element, tag: str) -> bool:
    """Whether a `template` is a declarative shadow root, shown in its parent's place, and no ordinary one.

    By the DOM standard, custom elements and some others may have one; `closed` only hides it from scripts.
    """
    return has_shadow_root_mode(tag) and ("-" in host.name or host.name in SHADOW_HOSTS)


def has_shadow_root_mode(tag: str) -> bool:
    """Whether a `template` asks for a shadow root."""
    return attributes(tag).get("shadowrootmode", "").lower() in ("open", "closed")


def _is_integration_point(namespace: str, name: str, tag: str) -> bool:
    """Whether tags inside this element of `svg` or `math` are HTML."""
    if name == "annotation-xml" and namespace == "math":
        return is_html_annotation(tag)
    return name in INTEGRATION_POINTS[namespace]


def is_html_annotation(tag: str) -> bool:
    """Whether an `annotation-xml` says that it holds HTML."""
    return attributes(tag).get("encoding", "").lower() in ("text/html", "application/xhtml+xml")
