"""How often Python's garbage collector runs, in processes that are this program's own."""

from __future__ import annotations

import gc

# Objects that may be made, beyond those freed, before the youngest are looked at. Python's own number is 700:
# a document makes some ten thousands, nearly all of which go without the collector, and it would look at them
# again and again. So many take some megabytes.
YOUNG_OBJECTS = 20_000


def collect_rarely() -> None:
    """For the whole process, so never in one that is the user's."""
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
