"""Clean corpus text from scraped articles: the body kept, every cut with its reason, the raw recoverable.

Names are imported when they are first asked for: `import cleaner` costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cleaner.api import Cleaner, clean, clean_many, load_profile, make_document
    from cleaner.document import Document
    from cleaner.errors import CleanerError, DocumentError, RecordError, UsageError
    from cleaner.output.cleaned import Cleaned
    from cleaner.processes.fork_server import WorkerError
    from cleaner.settings import Settings, SiteRules
    from cleaner.user_settings import PhraseList

__version__ = "0.1.0"
__all__ = [
    "Cleaned",
    "Cleaner",
    "CleanerError",
    "Document",
    "DocumentError",
    "PhraseList",
    "RecordError",
    "Settings",
    "SiteRules",
    "UsageError",
    "WorkerError",
    "clean",
    "clean_many",
    "load_profile",
    "make_document",
]

_HOMES = {
    "clean": "api",
    "clean_many": "api",
    "load_profile": "api",
    "make_document": "api",
    "Cleaner": "api",
    "Cleaned": "output.cleaned",
    "Document": "document",
    "CleanerError": "errors",
    "DocumentError": "errors",
    "RecordError": "errors",
    "UsageError": "errors",
    "Settings": "settings",
    "WorkerError": "processes.fork_server",
    "SiteRules": "settings",
    "PhraseList": "user_settings",
}


def __getattr__(name: str) -> object:
    """The public names, each from its home (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
