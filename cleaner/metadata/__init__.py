"""Title, author, date, address and site of a document, and who says so."""
