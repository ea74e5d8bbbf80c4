"""The fitted model: the features of each block, and the probability that the block is main content."""
