"""A page as the native core reads it. `page.py` and what it calls are the specification.

The core (`native/reader.c`) makes tokens, tree and blocks in one pass. It leaves to Python what few tags and
blocks need: attributes that hide an element, references, blocks whose inline markup means something.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache, lru_cache
from struct import iter_unpack
from typing import NamedTuple

from cleaner.document import Block
from cleaner.edits import Edit
from cleaner.native import NativeCore
from cleaner.reading import elements
from cleaner.reading.dom_path import MAX_CACHED_TAG_CHARS, extend_path, path_step
from cleaner.reading.head import HeadReader
from cleaner.reading.inline_text import TextPiece, emoji_of
from cleaner.reading.open_elements import MAX_TREE_DEPTH, Element, declared_state
from cleaner.reading.tokenizer import RAW_TEXT_ELEMENTS, RAW_TEXT_IN_SELECT, ascii_lower, decode_reference
from cleaner.reading.tree_builder import (
    SPECIAL_END_TAGS,
    TreeBuilder,
    has_shadow_root_mode,
    is_html_annotation,
)

# What is known of names, in the order of the flags in native/reader.c; the last flag is that of a dash.
_FLAGS = (
    elements.BLOCK_ELEMENTS,
    elements.NOT_RENDERED,
    elements.SET_APART,
    elements.SPECIAL,
    elements.FORMATTING,
    elements.HEADINGS,
    elements.SCOPE,
    elements.BUTTON_SCOPE,
    elements.LIST_SCOPE,
    elements.TABLE_SCOPE,
    elements.FORMATTING_MARKERS,
    elements.TABLE_INSERTION_MODES,
    elements.TABLE_CONTEXT,
    elements.TABLE_SECTIONS,
    elements.IMPLIED_END_TAGS,
    elements.FOREIGN_BREAKOUT_TAGS,
    elements.HEAD_ELEMENTS,
    elements.PREFORMATTED,
    RAW_TEXT_ELEMENTS,
    RAW_TEXT_IN_SELECT,
    elements.SHADOW_HOSTS,
    HeadReader.handled_tags,
    elements.INTEGRATION_POINTS["svg"],
    elements.INTEGRATION_POINTS["math"],
    SPECIAL_END_TAGS,
)
# The methods of the tree builder, in the order of the actions there; the first is that of any other name.
_START_ACTIONS = (
    "push _ignore_start _start_raw_text _start_block _start_heading _start_item push_marker _start_option"
    " _start_ruby_part _start_foreign_root _start_section _start_cell _start_column _start_br _start_hr"
    " _start_html _start_body _start_dialog _start_form _start_button _start_link _start_nobr _start_template"
    " _start_select _start_table _start_caption _start_row"
).split()
_END_ACTIONS = (
    "_end_other _ignore_end _end_in_scope _end_heading _run_adoption_agency _end_item _end_in_table _end_link"
    " _end_p _end_br _end_form _end_template"
).split()
# The names that the code there asks for, in its order.
_ASKED_NAMES = (
    "a annotation-xml body br dd dt div address font form head html img input keygen li math noscript option"
    " p plaintext rp rt rtc ruby script select svg table tbody template textarea title tr xmp"
    " h1 h2 h3 h4 h5 h6"
).split()

# An element's state, in bits.
_HIDDEN, _DIALOG, _HEADING_SHIFT, _HEADING_BITS = 1, 2, 2, 7
_NOT_RENDERED, _PREFORMATTED, _SET_APART = 1 << 5, 1 << 6, 1 << 7
# The kinds of records.
BLOCK, PIECES, HEAD_TAG, CONTENT, _DETACHED, _TAG = range(6)
_RECORD, _PIECE, _EDIT = "=10id", "=5i", "=6i"
_ELEMENT_FIELDS = 8  # name, parent, start and end of its tag, block ancestor, table row, state
_EDIT_CODES = ("", "markup", "spaces", "entity")


class Record(NamedTuple):
    """One thing that the core found, in the order of the page. What the fields hold depends on `kind`:

    BLOCK: all of them; `first` and `count` are its edits, `state` is that of `element`.
    PIECES: a block that Python is to make: `first` and `count` are its pieces.
    HEAD_TAG, CONTENT: start and end of a tag that the head's reader takes, or of the content of such an
    element; `element` is the index of its name.
    _DETACHED: `element` was closed out of order and has no name any more.
    _TAG: `element`, opened without a tag, gets one after blocks were made: start and end, and its new state.
    """

    kind: int
    start: int
    end: int
    element: int
    path_element: int
    state: int
    table_row: int
    first: int
    count: int
    unused: int
    link_density: float


class NativePage:
    """What the core found on a page: `records` for the caller to take in order, and what they refer to.

    `elements` that no block of Python's asks for are never made.
    """

    def __init__(self, core: NativeCore, raw: str, scripts: bool) -> None:
        records, self._elements, pieces, edits, new_names, self.noscript_chars = core.read_page(
            raw, _names(core), scripts
        )
        self._raw = raw
        self._records = records
        self._fields = memoryview(self._elements).cast("i")
        self._pieces: list[tuple[int, int, int, int, int]] = list(iter_unpack(_PIECE, pieces))
        self._edits = [_edit(raw, *fields) for fields in iter_unpack(_EDIT, edits)]
        self._new_names = memoryview(new_names).cast("i")
        self._made: dict[int, Element] = {}
        self._paths: dict[int, tuple[str, ...]] = {}
        # what changed since an element was opened
        self._tags: dict[int, tuple[str, int]] = {}
        self._detached: set[int] = set()

    def records(self) -> Iterator[Record]:
        """The records for the caller; those of changes to elements are dealt with between them."""
        for fields in iter_unpack(_RECORD, self._records):
            record = Record._make(fields)
            if record.kind == _DETACHED:
                self._detach(record.element)
            elif record.kind == _TAG:
                self._set_tag(record.element, self._raw[record.start : record.end], record.state)
            else:
                yield record

    def block(self, record: Record) -> Block:
        """The block of a record of that kind."""
        _, start, end, _, path_element, state, table_row, first, count, _, link_density = record
        return Block(
            start,
            self._raw[start:end],
            tuple(self._edits[first : first + count]) if count else (),
            self._path(path_element),
            link_density,
            state >> _HEADING_SHIFT & _HEADING_BITS,
            table_row,
            state & _HIDDEN != 0,
            state & _DIALOG != 0,
        )

    def pieces(self, record: Record) -> list[TextPiece]:
        """The pieces of text of a record of that kind, with their elements."""
        return [
            (start, end, self._element(element), bool(in_link), bool(no_references))
            for start, end, element, in_link, no_references in self._pieces[
                record.first : record.first + record.count
            ]
        ]

    def name(self, index: int) -> str:
        """A tag's name by its index."""
        known = _known_names()
        if index < len(known):
            return known[index]
        at = 2 * (index - len(known))
        return ascii_lower(self._raw[self._new_names[at] : self._new_names[at + 1]])

    # -- elements

    def _field(self, element: int, field: int) -> int:
        return self._fields[element * _ELEMENT_FIELDS + field]

    def _name_of(self, element: int) -> str:
        if element in self._detached:
            return ""
        name = self._field(element, 0)
        return ":" + self.name(name >> 1) if name & 1 else self.name(name >> 1)

    def _tag_of(self, element: int) -> str:
        if element in self._tags:
            return self._tags[element][0]
        return self._raw[self._field(element, 2) : self._field(element, 3)]

    def _detach(self, element: int) -> None:
        self._detached.add(element)
        if element in self._made:
            self._made[element].name = ""

    def _set_tag(self, element: int, tag: str, state: int) -> None:
        self._tags[element] = tag, state
        if element in self._made:
            made = self._made[element]
            made.tag = tag
            _set_state(made, state)

    def _path(self, element: int) -> tuple[str, ...]:
        """The path of a block element: made once for each, as `dom_path.path_of`."""
        path = self._paths.get(element)
        if path is not None:
            return path
        without_path: list[int] = []
        ancestor = element
        while ancestor >= 0 and (path := self._known_path(ancestor)) is None:
            without_path.append(ancestor)
            parent = self._field(ancestor, 1)
            block_ancestor = self._field(parent, 4) if parent >= 0 else -1
            ancestor = parent if block_ancestor < 0 else block_ancestor
        path = path or ()
        for block in reversed(without_path):
            path = extend_path(path, path_step(self._name_of(block), self._tag_of(block)))
            self._paths[block] = path
            if block in self._made:
                self._made[block].path = path
        return path

    def _known_path(self, element: int) -> tuple[str, ...] | None:
        path = self._paths.get(element)
        if path is None and element in self._made:
            path = self._made[element].path
        return path

    def _element(self, index: int) -> Element:
        """An element, with those around it; made once."""
        without = []
        at = index
        while at >= 0 and at not in self._made:
            without.append(at)
            at = self._field(at, 1)
        for at in reversed(without):
            self._made[at] = self._make(at)
        return self._made[index]

    def _make(self, index: int) -> Element:
        _, parent, _, _, block_ancestor, table_row, state, _ = self._fields[
            index * _ELEMENT_FIELDS : (index + 1) * _ELEMENT_FIELDS
        ]
        element = Element("", None, self._tag_of(index))
        element.name = self._name_of(index)
        element.parent = self._made[parent] if parent >= 0 else None
        element.block_ancestor = self._made[block_ancestor] if block_ancestor >= 0 else None
        element.table_row = table_row
        element.path = self._paths.get(index)
        _set_state(element, self._tags[index][1] if index in self._tags else state)
        return element


def _set_state(element: Element, state: int) -> None:
    element.hidden = state & _HIDDEN != 0
    element.dialog = state & _DIALOG != 0
    element.heading_level = state >> _HEADING_SHIFT & _HEADING_BITS
    element.not_rendered = state & _NOT_RENDERED != 0
    element.preformatted = state & _PREFORMATTED != 0
    element.is_set_apart = state & _SET_APART != 0


def _edit(raw: str, start: int, end: int, code: int, n_chars: int, first: int, second: int) -> Edit:
    new = "" if not n_chars else chr(first) if n_chars == 1 else chr(first) + chr(second)
    return Edit(start, raw[start:end], new, _EDIT_CODES[code])


# -- what the core is told


@cache
def _known_names() -> tuple[str, ...]:
    """All names of `elements.py` and those that the tree builder treats in a way of their own, sorted."""
    names = {name.lstrip(":") for flag in _FLAGS for name in flag}
    return tuple(sorted(names | {*TreeBuilder.start_handlers, *TreeBuilder.end_handlers, *_ASKED_NAMES}))


@cache
def _names(core: NativeCore) -> object:
    """The tables of names, as the core wants them."""
    names = _known_names()
    return core.page_names(
        [
            (
                name,
                _flags_of(name, "-" in name),
                _flags_of(":" + name, "-" in name),
                _START_ACTIONS.index(start.__name__)
                if (start := TreeBuilder.start_handlers.get(name))
                else 0,
                _END_ACTIONS.index(end.__name__) if (end := TreeBuilder.end_handlers.get(name)) else 0,
            )
            for name in names
        ],
        [names.index(name) for name in _ASKED_NAMES],
        MAX_TREE_DEPTH,
        int.from_bytes(os.urandom(8), "little"),
        (_state_of_tag, decode_reference, emoji_of, is_html_annotation, has_shadow_root_mode),
    )


def _flags_of(name: str, has_dash: bool) -> int:
    flags = sum(1 << bit for bit, names in enumerate(_FLAGS) if name in names)
    return flags | has_dash << len(_FLAGS)


def _state_of_tag(tag: str) -> int:
    """What a tag says of its element's state, in bits."""
    return _cached_state_of_tag(tag) if len(tag) <= MAX_CACHED_TAG_CHARS else _read_state_of_tag(tag)


def _read_state_of_tag(tag: str) -> int:
    hidden, dialog, heading_level = declared_state(tag.lower())
    return hidden * _HIDDEN | dialog * _DIALOG | heading_level << _HEADING_SHIFT


_cached_state_of_tag = lru_cache(maxsize=4096)(_read_state_of_tag)
