"""Files in, files out: what stands between a folder and the core, and changes no text."""
