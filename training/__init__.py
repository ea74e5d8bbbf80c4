"""Builds what `cleaner/data` holds, from labelled pages and from lexicons people edit."""
