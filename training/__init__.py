"""Builds what cleaner/data holds."""
