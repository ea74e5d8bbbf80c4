"""Diffs of raw and clean documents for the terminal, as HTML and as findings; the report of a run."""
