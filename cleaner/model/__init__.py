"""The fitted witness: what a block is like, in numbers, and how likely such a block is main content."""
