"""Elements: what the WHATWG HTML standard says of each by name, and an open one as it stands in its page."""

from __future__ import annotations

import re
from functools import lru_cache

from cleaner.reading.tokenizer import attributes

# Steps in the path of a block; of a longer one the middle is left out, which keeps hostile depth linear.
PATH_AT_MOST = 64
STEP_AT_MOST = 200
# Length of a tag whose step is kept for the next one that is spelled the same: bounds the memory.
CACHED_AT_MOST = 300


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = _names("h1 h2 h3 h4 h5 h6")
FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
VOID = _names(
    "area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr"
)
# Where text breaks: before and after each of these.
BLOCKS = HEADINGS | _names(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form header hgroup html legend li listing main menu nav ol optgroup option p"
    " plaintext pre search section select summary table tbody td tfoot th thead tr ul xmp"
)
# Elements whose content a reader of the page does not see, or that is no text of the page.
SKIPPED = _names(
    "annotation annotation-xml audio canvas datalist object optgroup option select svg template video"
)
PRE = _names("listing plaintext pre xmp")
# These may stand before the body.
OF_HEAD = _names("base basefont bgsound link meta noframes noscript script style template title")

# Names in `svg` and `math` start with a colon: an `<svg><td>` is no cell. Inside these, HTML is read as such.
HTML_IN_FOREIGN = ":annotation-xml :mi :mn :mo :ms :mtext :foreignobject :desc :title"

# The standard's "special" category.
SPECIAL = HEADINGS | _names(
    "address applet area article aside base basefont bgsound blockquote body br button caption center col"
    " colgroup dd details dir div dl dt embed fieldset figcaption figure footer form frame frameset head"
    " header hgroup hr html iframe img input keygen li link listing main marquee menu meta nav noembed"
    " noframes noscript object ol p param plaintext pre script search section select source style summary"
    " table tbody td template textarea tfoot th thead title tr track ul wbr xmp"
    f" {HTML_IN_FOREIGN}"
)
CLOSES_P = _names(
    "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer"
    " header hgroup listing main menu nav ol p plaintext pre search section summary ul xmp"
)
ENDS_IN_SCOPE = (CLOSES_P - {"p", "plaintext", "xmp"}) | {"applet", "button", "marquee", "object"}
IMPLIED_END = _names("dd dt li optgroup option p rb rp rt rtc")
SECTIONS = _names("tbody tfoot thead")
CELLS = _names("td th")

SCOPE = _names(f"applet caption html table td th marquee object template {HTML_IN_FOREIGN}")
BUTTON_SCOPE = SCOPE | {"button"}
LIST_SCOPE = SCOPE | {"ol", "ul"}
TABLE_SCOPE = _names("html table template")
# What links outside do not reach into.
MARKERS = _names("applet caption marquee object td template th")
# Decides how a table tag is read: the innermost of these.
TABLE_MODE = CELLS | SECTIONS | TABLE_SCOPE | {"caption", "tr"}
IN_TABLE = SECTIONS | {"table", "tr"}

# HTML tags that end `svg` and `math`.
BREAKOUT = HEADINGS | _names(
    "b big blockquote body br center code dd div dl dt em embed head hr i img li listing menu meta nobr ol p"
    " pre ruby s small span strong strike sub sup table tt u ul var"
)
HTML_IN = {"svg": _names("foreignobject desc title"), "math": _names("mi mn mo ms mtext")}


class Element:
    """An open element. What its ancestors hand down is copied when it opens.

    Attributes:
        home: the block element it stands in; None where it is one itself (it could only be freed by the
            garbage collector if it held itself).
        mode: how tags inside are read: as usual, or as in `svg`, `math` or `select`.
        foreign: itself an element of `svg` or `math`.
        skip: its text is not shown.
        row: number of the table row it is in, -1 outside.
        link: whether a link was open outside, for elements that links do not reach into.
    """

    __slots__ = (
        "foreign",
        "heading",
        "hidden",
        "home",
        "link",
        "mode",
        "name",
        "parent",
        "path",
        "pre",
        "row",
        "skip",
        "tag",
    )

    def __init__(self, name: str, parent: Element | None, tag: str) -> None:
        self.name = name
        self.parent = parent
        self.tag = tag
        self.mode = ""
        self.foreign = False
        self.link: bool | None = None
        self.path: tuple[str, ...] | None = None
        self.home: Element | None = None
        if parent is None:
            self.skip = self.hidden = self.pre = False
            self.heading, self.row = 0, -1
            return
        if name not in BLOCKS:
            self.home = parent.home or parent
        self.skip = parent.skip
        self.hidden = parent.hidden
        self.pre = parent.pre
        self.heading = parent.heading
        self.row = parent.row


def path_of(element: Element) -> tuple[str, ...]:
    """The block elements around and including `element`, outermost first; made once for each."""
    missing: list[Element] = []
    at: Element | None = element.home or element
    while at is not None and at.path is None:
        missing.append(at)
        at = (at.parent.home or at.parent) if at.parent else None
    path = at.path if at is not None and at.path is not None else ()
    for one in reversed(missing):
        path = one.path = _longer(path, _step(one))
    return path


def _longer(path: tuple[str, ...], step: str) -> tuple[str, ...]:
    if len(path) < PATH_AT_MOST:
        return (*path, step)
    half = PATH_AT_MOST // 2
    return (*path[:half], *path[half + 1 :], step)


def _step(element: Element) -> str:
    """`tag#id.class.class`."""
    name, tag = element.name, element.tag
    if len(tag) <= len(name) + 2:
        return name
    return _described(name, tag) if len(tag) > CACHED_AT_MOST else _described_once(name, tag)


def _described(name: str, tag: str) -> str:
    found = attributes(tag)
    parts = [name]
    if own := found.get("id", "").strip():
        parts.append("#" + own)
    parts += ("." + one for one in found.get("class", "").split())
    return "".join(parts)[:STEP_AT_MOST]


# The tags of a page, and of the pages of one site, repeat.
_described_once = lru_cache(maxsize=4096)(_described)


# The names that tell a kind are those of the innermost elements: further up stands what only that piece of
# the page is in. With fewer than 3, things as different as the posts and the menus of a page are one kind.
KIND_STEPS = 4
# An id and a number in a class tell one element of a kind from the next.
_NUMBER = re.compile(r"\d+")


def kind_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """What blocks under elements of the same names share: they play the same part on their page."""
    return _names_of(path[-KIND_STEPS:])


@lru_cache(maxsize=4096)
def _names_of(steps: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_name_of(step) for step in steps)


@lru_cache(maxsize=4096)
def _name_of(step: str) -> str:
    tag, *classes = step.split(".")
    return ".".join([tag.split("#")[0], *sorted(_NUMBER.sub("", name) for name in classes)])
