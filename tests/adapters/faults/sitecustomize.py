"""On PYTHONPATH: documents that hang, or end their process, in every process that Python starts.

`cleaner.pipeline` is changed as it is loaded, so that processes that do not clean start as fast as ever.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class AsPipelineIsLoaded(importlib.abc.MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "cleaner.pipeline":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec and spec.loader
        loader: Any = spec.loader
        load = loader.exec_module

        def load_with_faults(module: ModuleType) -> None:
            load(module)
            add_faults(module)

        loader.exec_module = load_with_faults
        return spec


def add_faults(pipeline: Any) -> None:
    clean_really = pipeline.clean

    def clean(doc: Any, *args: Any, **kwargs: Any) -> Any:
        if "HANGS" in doc.raw:
            time.sleep(600)
        if "CRASHES" in doc.raw:
            os.kill(os.getpid(), signal.SIGKILL)
        return clean_really(doc, *args, **kwargs)

    pipeline.clean = clean


sys.meta_path.insert(0, AsPipelineIsLoaded())
