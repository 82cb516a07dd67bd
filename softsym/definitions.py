"""Every function of the language in one table: its arguments, its definition, and what it is.

A function with a ``definition`` is nothing more than that text, with its arguments in place of its parameters; one
without is a primitive that the algebra and the evaluator know. In a signature each parameter has a type:

=========  =====================================================
entries    a scalar, a vector or a matrix, treated entry by entry
scalar     a scalar
vector     a vector
matrix     a matrix
index      an index name or a positive integer literal
any        any expression
names      a name or an entry to differentiate by (or the order)
literal    an integer literal >= 0
order      a norm's order: a positive scalar or ``oo``
=========  =====================================================
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language: ``parameters`` are (name, type) pairs, ``default`` is that of the last one."""

    name: str
    group: str
    parameters: tuple[tuple[str, str], ...]
    summary: str
    definition: str | None = None
    default: str | None = None

    @property
    def least(self) -> int:
        """The least number of arguments."""
        return len(self.parameters) - (self.default is not None)


def _row(group: str, signature: str, summary: str, definition: str | None = None) -> Function:
    name, _, rest = signature.partition("(")
    fields = [field.strip() for field in rest.rstrip(")").split(",") if field.strip()]
    default, parameters = None, []
    for field in fields:
        label, _, kind = field.partition(":")
        kind, _, given = kind.partition("=")
        default = given.strip() if "=" in field else None
        parameters.append((label.strip(), kind.strip()))
    return Function(name, group, tuple(parameters), summary, definition, default)


_TABLE = (
    # scalar functions, entry by entry
    _row("scalar", "exp(x: entries)", "the exponential"),
    _row("scalar", "log(x: entries)", "the natural logarithm, of numbers > 0"),
    _row("scalar", "sqrt(x: entries)", "the square root, of numbers >= 0", "x**(1/2)"),
    _row("scalar", "abs(x: entries)", "the absolute value"),
    _row("scalar", "sign(x: entries)", "-1, 0 or 1"),
    _row("scalar", "sinh(x: entries)", "the hyperbolic sine", "(exp(x) - exp(-x))/2"),
    _row("scalar", "cosh(x: entries)", "the hyperbolic cosine", "(exp(x) + exp(-x))/2"),
    _row("scalar", "tanh(x: entries)", "the hyperbolic tangent", "(exp(x) - exp(-x))/(exp(x) + exp(-x))"),
    _row("scalar", "sigmoid(x: entries)", "the logistic function", "1/(1 + exp(-x))"),
    _row("scalar", "logit(x: entries)", "the log-odds, of numbers in (0, 1)", "log(x) - log(1 - x)"),
    _row("scalar", "softplus(x: entries, beta: scalar = 1)", "a smooth relu", "log(1 + exp(beta*x))/beta"),
    _row("scalar", "log_sigmoid(x: entries)", "the logarithm of the sigmoid", "log(1/(1 + exp(-x)))"),
    _row("scalar", "relu(x: entries)", "the positive part", "(x + abs(x))/2"),
    # reductions of a vector
    _row("reduction", "sum(v: any, k: index = )", "the sum of the entries, or over the index k"),
    _row("reduction", "mean(v: vector)", "the mean of the entries", "sum(v)/len(v)"),
    _row("reduction", "prod(v: vector)", "the product of the entries"),
    _row("reduction", "max(v: vector)", "the largest entry"),
    _row("reduction", "min(v: vector)", "the smallest entry", "-max(-v)"),
    _row("reduction", "dot(u: vector, v: vector)", "the inner product", "sum(u*v)"),
    _row("reduction", "norm(v: vector, r: order)", "the r-norm"),
    _row("reduction", "len(v: vector)", "the number of entries"),
    _row("reduction", "argmax_count(v: vector)", "how many entries equal the maximum"),
    # vectors and matrices
    _row("vector", "concat(u: vector, v: vector)", "one vector after the other"),
    _row("vector", "drop(v: vector, i: index)", "without entry i"),
    _row("vector", "ones(n: length)", "a vector of ones"),
    _row("vector", "basis(i: index, n: length = )", "1 at entry i, else 0; of the length of i's range"),
    _row("vector", "delta(i: index, j: index)", "1 if i = j, else 0 (Kronecker)"),
    _row("vector", "centered(v: vector)", "the entries minus their mean", "v - mean(v)"),
    _row("matrix", "diag(v: vector)", "the diagonal matrix"),
    _row("matrix", "outer(u: vector, v: vector)", "the outer product"),
    _row("matrix", "identity(n: length)", "the identity matrix"),
    _row("matrix", "transpose(A: matrix)", "rows and columns exchanged"),
    _row("matrix", "trace(A: matrix)", "the sum of the diagonal"),
    # the softmax family
    _row("softmax", "softmax(z: vector, beta: scalar = 1)", "softargmax with inverse temperature beta",
         "exp(beta*z)/sum(exp(beta*z))"),
    _row("softmax", "softmin(z: vector, beta: scalar = 1)", "softmax of -z", "exp(-beta*z)/sum(exp(-beta*z))"),
    _row("softmax", "log_softmax(z: vector, beta: scalar = 1)", "the log-probabilities",
         "log(exp(beta*z)/sum(exp(beta*z)))"),
    _row("softmax", "lse(z: vector, beta: scalar = 1)", "log-sum-exp, the smooth maximum",
         "log(sum(exp(beta*z)))/beta"),
    _row("softmax", "logZ(z: vector, beta: scalar = 1)", "the log-partition function", "log(sum(exp(beta*z)))"),
    _row("softmax", "mellowmax(z: vector, omega: scalar = 1)", "log-mean-exp", "log(mean(exp(omega*z)))/omega"),
    _row("softmax", "boltzmann(z: vector, beta: scalar = 1)", "the Boltzmann operator: the softmax-weighted mean",
         "sum(exp(beta*z)/sum(exp(beta*z))*z)"),
    _row("softmax", "hardmax(z: vector)", "1/m on each of the m maximal entries, else 0"),
    _row("softmax", "onehot_argmax(z: vector)", "1 on the first maximal entry, else 0"),
    _row("softmax", "normalize(x: vector)", "divided by the sum", "x/sum(x)"),
    _row("softmax", "sparsemax(z: vector)", "the Euclidean projection on the simplex"),
    # information
    _row("information", "xlogy(x: entries, y: entries)", "x*log(y), and 0 where x = 0"),
    _row("information", "entropy(p: vector)", "-sum(p*log(p)), in nats", "-sum(xlogy(p, p))"),
    _row("information", "cross_entropy(p: vector, q: vector)", "-sum(p*log(q)), in nats", "-sum(xlogy(p, q))"),
    _row("information", "kl(p: vector, q: vector)", "sum(p*log(p/q)), in nats", "sum(xlogy(p, p) - xlogy(p, q))"),
    _row("information", "expectation(p: vector, f: vector)", "dot(p, f)", "sum(p*f)"),
    _row("information", "variance(p: vector, f: vector)", "sum(p*(f - dot(p, f))**2)", "sum(p*(f - sum(p*f))**2)"),
    _row("information", "covariance(p: vector, f: vector, g: vector)", "the weighted covariance",
         "sum(p*(f - sum(p*f))*(g - sum(p*g)))"),
    _row("information", "moment(p: vector, f: vector, n: literal)", "the central moment of order n",
         "sum(p*(f - sum(p*f))**n)"),
    # calculus
    _row("calculus", "diff(f: any, x: names)", "the derivative by names or entries, or of order n"),
    _row("calculus", "grad(f: scalar, z: vector)", "the vector of derivatives by the entries of z"),
    _row("calculus", "jacobian(f: vector, z: vector)", "[i, j] = the derivative of f[i] by z[j]"),
    _row("calculus", "hessian(f: scalar, z: vector)", "[i, j] = the second derivative of f by z[i] and z[j]"),
    _row("calculus", "limit(f: any, x: names, point: point)", "the limit of f as x goes to the point"),
)  # fmt: skip

FUNCTIONS: dict[str, Function] = {row.name: row for row in _TABLE}
"""The functions of the language by name."""
