"""Elements: what the WHATWG HTML standard says of each by name, and an open one as it stands in its page."""

from __future__ import annotations

import re
from functools import lru_cache

from cleaner.reading.tokenizer import attributes

# Steps in the path of a block; of a longer one the middle is left out, which keeps hostile depth linear.
MAX_PATH_STEPS = 64
MAX_STEP_CHARS = 200
# Length of a tag whose step is kept for the next one that is spelled the same: bounds the memory.
MAX_CACHED_TAG_CHARS = 300


def _name_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = _name_set("h1 h2 h3 h4 h5 h6")
FORMATTING = _name_set("a b big code em font i nobr s small strike strong tt u")
VOID = _name_set(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr"
)
# Where text breaks: before and after each of these.
BLOCK_ELEMENTS = HEADINGS | _name_set(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form header hgroup html legend li listing main menu nav ol optgroup option p"
    " plaintext pre search section select summary table tbody td tfoot th thead tr ul xmp"
)
# Elements whose content a reader of the page does not see, or that is no text of the page.
NOT_RENDERED = _name_set(
    "annotation annotation-xml audio canvas datalist object optgroup option select svg template video"
)
PREFORMATTED = _name_set("listing plaintext pre xmp")
# These may stand before the body.
HEAD_ELEMENTS = _name_set("base basefont bgsound link meta noframes noscript script style template title")

# Names in `svg` and `math` start with a colon: an `<svg><td>` is no cell. Inside these, HTML is read as such.
PREFIXED_INTEGRATION_POINTS = ":annotation-xml :mi :mn :mo :ms :mtext :foreignobject :desc :title"

# The standard's "special" category.
SPECIAL = HEADINGS | _name_set(
    "address applet area article aside base basefont bgsound blockquote body br button caption center col"
    " colgroup dd details dir div dl dt embed fieldset figcaption figure footer form frame frameset head"
    " header hgroup hr html iframe img input keygen li link listing main marquee menu meta nav noembed"
    " noframes noscript object ol p param plaintext pre script search section select source style summary"
    " table tbody td template textarea tfoot th thead title tr track ul wbr xmp"
    f" {PREFIXED_INTEGRATION_POINTS}"
)
CLOSES_P = _name_set(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer"
    " header hgroup listing main menu nav ol p plaintext pre search section summary ul xmp"
)
SCOPED_END_TAGS = (CLOSES_P - {"p", "plaintext", "xmp"}) | {"applet", "button", "marquee", "object"}
IMPLIED_END_TAGS = _name_set("dd dt li optgroup option p rb rp rt rtc")
TABLE_SECTIONS = _name_set("tbody tfoot thead")
TABLE_CELLS = _name_set("td th")

SCOPE = _name_set(f"applet caption html table td th marquee object template {PREFIXED_INTEGRATION_POINTS}")
BUTTON_SCOPE = SCOPE | {"button"}
LIST_SCOPE = SCOPE | {"ol", "ul"}
TABLE_SCOPE = _name_set("html table template")
# What links outside do not reach into.
FORMATTING_MARKERS = _name_set("applet caption marquee object td template th")
# Decides how a table tag is read: the innermost of these.
TABLE_INSERTION_MODES = TABLE_CELLS | TABLE_SECTIONS | TABLE_SCOPE | {"caption", "tr"}
TABLE_CONTEXT = TABLE_SECTIONS | {"table", "tr"}

# HTML tags that end `svg` and `math`.
FOREIGN_BREAKOUT_TAGS = HEADINGS | _name_set(
    "b big blockquote body br center code dd div dl dt em embed head hr i img li listing menu meta nobr ol p"
    " pre ruby s small span strong strike sub sup table tt u ul var"
)
INTEGRATION_POINTS = {"svg": _name_set("foreignobject desc title"), "math": _name_set("mi mn mo ms mtext")}


class Element:
    """An open element. What its ancestors hand down is copied when it opens.

    Attributes:
        block_ancestor: the block element it stands in; None where it is one itself (it could only be
            freed by the garbage collector if it held itself).
        parsing_mode: how tags inside are read: as usual, or as in `svg`, `math` or `select`.
        foreign: itself an element of `svg` or `math`.
        not_rendered: its text is not shown.
        table_row: number of the table row it is in, -1 outside.
        outer_link: whether a link was open outside, for elements that links do not reach into.
    """

    __slots__ = (
        "block_ancestor",
        "foreign",
        "heading_level",
        "hidden",
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
            self.not_rendered = self.hidden = self.preformatted = False
            self.heading_level, self.table_row = 0, -1
            return
        if name not in BLOCK_ELEMENTS:
            self.block_ancestor = parent.block_ancestor or parent
        self.not_rendered = parent.not_rendered
        self.hidden = parent.hidden
        self.preformatted = parent.preformatted
        self.heading_level = parent.heading_level
        self.table_row = parent.table_row


def path_of(element: Element) -> tuple[str, ...]:
    """The block elements around and including `element`, outermost first; made once for each."""
    without_path: list[Element] = []
    ancestor: Element | None = element.block_ancestor or element
    while ancestor is not None and ancestor.path is None:
        without_path.append(ancestor)
        ancestor = (ancestor.parent.block_ancestor or ancestor.parent) if ancestor.parent else None
    path = ancestor.path if ancestor is not None and ancestor.path is not None else ()
    for block in reversed(without_path):
        path = block.path = _extend_path(path, _path_step(block))
    return path


def _extend_path(path: tuple[str, ...], step: str) -> tuple[str, ...]:
    if len(path) < MAX_PATH_STEPS:
        return (*path, step)
    half = MAX_PATH_STEPS // 2
    return (*path[:half], *path[half + 1 :], step)


def _path_step(element: Element) -> str:
    """`tag#id.class.class`."""
    name, tag = element.name, element.tag
    if len(tag) <= len(name) + 2:
        return name
    return _step_from_tag(name, tag) if len(tag) > MAX_CACHED_TAG_CHARS else _cached_step_from_tag(name, tag)


def _step_from_tag(name: str, tag: str) -> str:
    attrs = attributes(tag)
    parts = [name]
    if element_id := attrs.get("id", "").strip():
        parts.append("#" + element_id)
    parts += ("." + class_name for class_name in attrs.get("class", "").split())
    return "".join(parts)[:MAX_STEP_CHARS]


# The tags of a page, and of the pages of one site, repeat.
_cached_step_from_tag = lru_cache(maxsize=4096)(_step_from_tag)


# The names that tell a kind are those of the innermost elements: further up stands what only that piece of
# the page is in. With fewer than 3, things as different as the posts and the menus of a page are one kind.
DOM_CLASS_STEPS = 4
# An id and a number in a class tell one element of a kind from the next.
_NUMBER = re.compile(r"\d+")


def dom_class_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """What blocks under elements of the same names share: they play the same part on their page."""
    return _step_names(path[-DOM_CLASS_STEPS:])


@lru_cache(maxsize=4096)
def _step_names(steps: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_step_name(step) for step in steps)


@lru_cache(maxsize=4096)
def _step_name(step: str) -> str:
    tag, *classes = step.split(".")
    return ".".join([tag.split("#")[0], *sorted(_NUMBER.sub("", name) for name in classes)])
