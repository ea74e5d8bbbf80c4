"""The path of a block (the block elements around it, each as `tag#id.class.class`), and its DOM class."""

from __future__ import annotations

import re
from functools import lru_cache

from cleaner.reading.open_elements import Element
from cleaner.reading.tokenizer import attributes

# Steps in the path of a block; of a longer one the middle is left out, which keeps hostile depth linear.
MAX_PATH_STEPS = 64
MAX_STEP_CHARS = 200
# Length of a tag whose step is kept for the next one that is spelled the same: bounds the memory.
MAX_CACHED_TAG_CHARS = 300


def path_of(element: Element) -> tuple[str, ...]:
    """The block elements around and including `element`, outermost first; made once for each."""
    without_path: list[Element] = []
    ancestor: Element | None = element.block_ancestor or element
    while ancestor is not None and ancestor.path is None:
        without_path.append(ancestor)
        ancestor = (ancestor.parent.block_ancestor or ancestor.parent) if ancestor.parent else None
    path = ancestor.path if ancestor is not None and ancestor.path is not None else ()
    for block in reversed(without_path):
        path = block.path = extend_path(path, path_step(block.name, block.tag))
    return path


def extend_path(path: tuple[str, ...], step: str) -> tuple[str, ...]:
    """The path of an element inside the one with this path."""
    if len(path) < MAX_PATH_STEPS:
        return (*path, step)
    half = MAX_PATH_STEPS // 2
    return (*path[:half], *path[half + 1 :], step)


def path_step(name: str, tag: str) -> str:
    """`tag#id.class.class` of an element, from its name and its start tag."""
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


# A DOM class is the names of so many innermost elements: those further up are particular to one part of the
# page. With fewer than 3, blocks as different as the posts and the menus of a page are in one class.
DOM_CLASS_STEPS = 4
# Ids, and numbers in class names, tell one element of a DOM class from the next: left out.
_NUMBER = re.compile(r"\d+")


def dom_class_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """The same for blocks under elements of the same names: those play the same part on their page."""
    return _step_names(path[-DOM_CLASS_STEPS:])


@lru_cache(maxsize=4096)
def _step_names(steps: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_step_name(step) for step in steps)


@lru_cache(maxsize=4096)
def _step_name(step: str) -> str:
    tag, *classes = step.split(".")
    return ".".join([tag.split("#")[0], *sorted(_NUMBER.sub("", name) for name in classes)])
