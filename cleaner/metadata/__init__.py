"""Title, author, date, address and site of a document, and the sources that name them."""
