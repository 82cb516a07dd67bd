"""The checker of proofs: every step of a proof as data is verified again, by other means than it was found.

It shares no code with the search: equalities are confirmed by ball arithmetic at exact points of several lengths, signs
are read off the expression as it is written, and lemmas and theorems are stated here a second time. What it trusts is
the evaluation and that an equality of such expressions which holds to 36 digits at every point tried is one.
"""

from softsym.proof.replay.rules import replay
from softsym.proof.replay.setting import Rejected

__all__ = ["Rejected", "replay"]
