"""What rules, metadata and model look up about blocks; no opinion."""
