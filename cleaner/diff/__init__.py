"""Cleaned against raw, for people: terminal, HTML page, findings, manual pages, a run's picture."""
