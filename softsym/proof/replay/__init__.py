"""The checker of proofs: every step of a proof as data is verified again, by other means than it was found.

It shares no code with the search. The rules are data: ``rules.txt`` states every rule, known inequality and theorem in
the language, with its conditions, and is meant to be read. What applies them is ``engine.py``; besides the rules of the
table it knows the few that no row can state: the relations of a chain, equals put for equals, sums of multiples of what
is known, the values of a kind, and cases by where indices fall. A condition holds if a step below says so, if the sign
as it is written shows it (``softsym/signs.py``), or if a hypothesis says so (``setting.py``).

What it trusts is the evaluation by ball arithmetic, the refuter's drawing of points that satisfy conditions, and that
an equality which holds to 36 digits at every point tried, for several lengths, is one.
"""

from softsym.proof.replay.engine import replay
from softsym.proof.replay.setting import Rejected

__all__ = ["Rejected", "replay"]
