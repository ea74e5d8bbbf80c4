"""Bytes to blocks with offsets."""
