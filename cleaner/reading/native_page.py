"""A page as the native core reads it. `page.py` and what it calls are the specification.

The core (`native/reader*.c`) makes tokens, tree and blocks in one pass. It leaves to Python what few tags and
blocks need: attributes that hide an element, references, blocks whose inline markup means something.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from struct import iter_unpack

from cleaner.document import Block
from cleaner.edits import Edit
from cleaner.native import NativeCore
from cleaner.reading import elements
from cleaner.reading.dom_path import MAX_CACHED_TAG_CHARS, MAX_PATH_STEPS, MAX_STEP_CHARS, path_step
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

# What is known of names, in the order of the flags in native/reader.h; the last flag is that of a dash.
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

# The core counts in 32 bits.
MAX_NATIVE_CHARS = 500_000_000

# An element's state, in bits.
_HIDDEN, _DIALOG, _HEADING_SHIFT, _HEADING_BITS = 1, 2, 2, 7
_NOT_RENDERED, _PREFORMATTED, _SET_APART = 1 << 5, 1 << 6, 1 << 7
# The kinds of records. The fields of one are, in order: kind, start, end, element, path, state, table row,
# first, count, (unused), link density.
# BLOCK: all of them; `first` and `count` are its edits.
# PIECES: a block that Python is to make: element, path, and the first and count of its pieces of text.
# HEAD_TAG, CONTENT: start and end of a tag that the head's reader takes, or of the content of such an
# element; instead of an element the index of its name.
# DETACHED: the element was closed out of order and has no name any more.
# LATE_TAG: the element, opened without a tag, gets one after blocks were made: start, end, its new state.
BLOCK, PIECES, HEAD_TAG, CONTENT, DETACHED, LATE_TAG = range(6)
Record = tuple[int, int, int, int, int, int, int, int, int, int, float]
_RECORD, _PIECE, _EDIT = "=10id", "=5i", "=6i"
# Of an element: name, parent, start and end of its tag, block ancestor, table row, state; the rest is C's.
_ELEMENT_FIELDS = 11
_EDIT_CODES = ("", "markup", "spaces", "entity")


class NativePage:
    """What the core found on a page: `records`, for the caller to take in order, and what they refer to.

    Elements that no block of Python's asks for are never made.
    """

    def __init__(self, core: NativeCore, raw: str, scripts: bool) -> None:
        found = core.read_page(raw, _names(core.page_names), scripts)
        records, element_fields, pieces, edits, new_names, self._paths, self.noscript_chars = found
        self._raw = raw
        self.records: Iterator[Record] = iter_unpack(_RECORD, records)
        self._elements = memoryview(element_fields).cast("i")
        self._pieces: list[tuple[int, int, int, int, int]] = list(iter_unpack(_PIECE, pieces))
        self._edits = [_edit(raw, *fields) for fields in iter_unpack(_EDIT, edits)]
        self._new_names = memoryview(new_names).cast("i")
        self._made: dict[int, Element] = {}
        # what changed since an element was opened
        self._late_tags: dict[int, tuple[str, int]] = {}
        self._detached: set[int] = set()

    def block(self, record: Record) -> Block:
        """The block of a record of that kind."""
        _, start, end, _, path, state, table_row, first, count, _, link_density = record
        return Block(
            start,
            self._raw[start:end],
            tuple(self._edits[first : first + count]) if count else (),
            self._paths[path],
            link_density,
            state >> _HEADING_SHIFT & _HEADING_BITS,
            table_row,
            state & _HIDDEN != 0,
            state & _DIALOG != 0,
        )

    def pieces(self, record: Record) -> list[TextPiece]:
        """The pieces of text of a record of that kind, with their elements."""
        _, _, _, element, path, _, _, first, count, _, _ = record
        inner = self._element(element)
        (inner.block_ancestor or inner).path = self._paths[path]
        return [
            (start, end, self._element(element), bool(in_link), bool(no_references))
            for start, end, element, in_link, no_references in self._pieces[first : first + count]
        ]

    def name(self, index: int) -> str:
        """A tag's name by its index."""
        known = _known_names()
        if index < len(known):
            return known[index]
        at = 2 * (index - len(known))
        return ascii_lower(self._raw[self._new_names[at] : self._new_names[at + 1]])

    def change_element(self, record: Record) -> None:
        """Do what a record says of an element that was opened before."""
        kind, start, end, index, _, state, *_ = record
        element = self._made.get(index)
        if kind == DETACHED:
            self._detached.add(index)
            if element:
                element.name = ""
            return
        self._late_tags[index] = self._raw[start:end], state
        if element:
            element.tag = self._raw[start:end]
            _set_state(element, state)

    def _element(self, index: int) -> Element:
        """An element, with those around it; made once."""
        without_element: list[int] = []
        at = index
        while at >= 0 and at not in self._made:
            without_element.append(at)
            at = self._elements[at * _ELEMENT_FIELDS + 1]
        for at in reversed(without_element):
            self._made[at] = self._make(at)
        return self._made[index]

    def _make(self, index: int) -> Element:
        name, parent, tag_start, tag_end, block_ancestor, table_row, state = self._elements[
            index * _ELEMENT_FIELDS : index * _ELEMENT_FIELDS + 7
        ]
        tag = self._raw[tag_start:tag_end]
        if index in self._late_tags:
            tag, state = self._late_tags[index]
        element = Element("", None, tag)
        if index not in self._detached:
            element.name = (":" if name & 1 else "") + self.name(name >> 1)
        element.parent = self._made.get(parent)
        element.block_ancestor = self._made.get(block_ancestor)
        element.table_row = table_row
        _set_state(element, state)
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
def _names(page_names: Callable[..., object]) -> object:
    """The tables of names, as the core wants them; `page_names` is its function."""
    names = _known_names()
    return page_names(
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
        MAX_PATH_STEPS,
        MAX_STEP_CHARS,
        int.from_bytes(os.urandom(8), "little"),
        (_state_of_tag, decode_reference, emoji_of, is_html_annotation, has_shadow_root_mode, path_step),
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
