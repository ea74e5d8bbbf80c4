"""The weights of rules, and the strengths of findings that several rules share. All are set by hand."""

from __future__ import annotations

# Weights: what a finding of strength 1 is worth, in nats of log-odds that the block is not main content.
# The judge starts every block at -4; the fitted model reads all of them.
CERTAIN = 12.0  # decides alone, whatever the page looks like
STRONG = 8.0  # decides alone, unless another rule votes for the block
FAIR = 5.0  # left to the model; decides where the model knows little, on a page with certain boilerplate
PRO_BODY = -7.5  # a vote for the block
WEAKLY_PRO_BODY = -3.0  # a vote for the block against findings that are only fair
REFERENCE_WEIGHT = 7.9  # trafilatura's vote: just below STRONG, so that a strong rule's reason is named first

# Strengths of findings that need other boilerplate around them. In a text that looks clean the judge counts
# only marks of 6.5 nats, so these leave the line there. As 5.5 nats are enough to count as one kind of
# boilerplate, the first and the last of them help to show that a document is a page; the second does not.
NEEDS_CONTEXT_STRENGTH = 0.5  # of a CERTAIN rule: 6 nats
NEEDS_CONTEXT_UNCOUNTED_STRENGTH = 0.45  # of a CERTAIN rule: 5.4 nats
STRONG_NEEDS_CONTEXT_STRENGTH = 0.7  # of a STRONG rule: 5.6 nats
