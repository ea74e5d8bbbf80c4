"""On PYTHONPATH: documents that hang, or end their process, in every process that Python starts."""

import os
import time

import cleaner.pipeline

clean_really = cleaner.pipeline.clean


def clean(doc, *args, **kwargs):
    if "HANGS" in doc.raw:
        time.sleep(600)
    if "CRASHES" in doc.raw:
        os._exit(9)
    return clean_really(doc, *args, **kwargs)


cleaner.pipeline.clean = clean
