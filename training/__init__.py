"""Builds `cleaner/data` from labelled pages; nothing here is imported at run time."""
