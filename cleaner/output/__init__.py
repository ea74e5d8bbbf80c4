"""Verdicts to text or Markdown, and the record."""
