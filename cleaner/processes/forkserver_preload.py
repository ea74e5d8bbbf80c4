"""Loads what cleaning needs as it is imported: a fork server preloads modules and calls no function.

The processes that it forks share that memory with it. Nobody else imports this.
"""

from __future__ import annotations

from cleaner.processes.preload import load_everything

load_everything()
