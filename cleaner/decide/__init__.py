"""Marks and predictions to one verdict a block."""
