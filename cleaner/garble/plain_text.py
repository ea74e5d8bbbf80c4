"""Text as words and phrases are looked up in it without the language model: one byte a character."""

from __future__ import annotations

# Everything but letters, apostrophes and hyphens separates words; so does what is not ASCII, which at worst
# makes two words of one.
NON_WORD_TO_SPACE = bytes(c if chr(c).isalpha() or c in b"'-" else 32 for c in range(256))


def one_byte_a_character(text: str) -> bytes:
    """The text in lower case between two spaces, with a space for all that no word holds."""
    plain = text.replace("’", "'").encode("ascii", "replace").lower().translate(NON_WORD_TO_SPACE)
    return b" " + plain + b" "
