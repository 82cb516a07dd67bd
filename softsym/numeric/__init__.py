"""The usual functions ready made: ``softmax``, ``log_softmax``, ``logsumexp``, ``boltzmann``, ``entropy``, ...

Each is the NumPy function that :func:`softsym.lambdify` makes of one line in :mod:`softsym.numeric.formulas`; it is
generated when it is first called. Importing this module imports no SymPy.

``accuracy="high"`` is within 1 ulp of the value at the given inputs, for every finite input and every finite beta;
where the result is subnormal, within 4 of the smallest number. Exceptions: a sum that 8192 bits cannot tell from 0
counts as 0, and what divides by such a sum is as ``accuracy="fast"`` has it.

``accuracy="fast"`` keeps the digits that do not cancel. float32 is computed in float64, but for ``logsumexp`` where
that is 8 or more, which takes exponentials of float32 and is within 1 ulp.

Edge cases, the same for all (x stands for a row of z):

==============================  ======================================================================================
input                           result
==============================  ======================================================================================
one +inf                        the limit: probability 1 there, 0 elsewhere
ties of +inf                    the limit along the diagonal: they share the probability equally
-inf among finite numbers       probability 0; a weight of 0 times its log-probability is 0
all -inf                        as ties: equal probabilities; ``logsumexp`` is -inf
nan                             nan in every result of its row
an empty axis                   no probabilities; ``logsumexp`` -inf, entropy and cross-entropy 0, ``boltzmann`` nan
a number (0-d array)            a vector of length 1
integers, booleans              converted to float64 before anything is subtracted
float16, float32                computed in float64, rounded once; the type is kept
strided, read-only, subclass    read in place; masked arrays leave their masked entries out and return masked arrays
``where=``                      entries left out count as -inf: probability 0, log-probability -inf
``out=``                        may be the input itself, or overlap it
beta = 0                        equal probabilities, the mean, log(N); ``softplus`` divides by it: inf
beta < 0                        the smallest entry has the largest probability
beta = inf, -inf                the hard limits: ``hardmax(z)``, ``hardmax(-z)``
beta an array                   one value a row, broadcast over the batch axes
==============================  ======================================================================================
"""

from softsym.numeric.functions import (
    boltzmann,
    cross_entropy,
    entropy,
    log_softmax,
    logsumexp,
    sigmoid,
    softmax,
    softmax_jvp,
    softplus,
)

__all__ = [
    "boltzmann",
    "cross_entropy",
    "entropy",
    "log_softmax",
    "logsumexp",
    "sigmoid",
    "softmax",
    "softmax_jvp",
    "softplus",
]
