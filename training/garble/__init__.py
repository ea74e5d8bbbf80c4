"""Builds the tables that find spun text."""
