"""The difference of a map at two points, by its Jacobian: Lipschitz, monotone and cocoercive maps."""

from __future__ import annotations

from softsym.expression import Apply, Expr, Symbol, apply, exchanged, free_symbols, number, substitute, symbol, walk
from softsym.proof.inequalities.segments import Claim, direction, directions, pairs
from softsym.proof.inequalities.smooth import is_smooth
from softsym.proof.steps import ProofStep
from softsym.symbols import Kind


def _difference(claim: Claim, node: Expr, x: Symbol, y: Symbol) -> Expr | None:
    """F with ``node == F(x) - F(y)``."""
    if not isinstance(node, Apply) or node.head != "sub":
        return None
    first, second = node.args
    if y in free_symbols(first) or x not in free_symbols(first) or x in free_symbols(second):
        return None
    there = substitute(first, {x: y})
    if there != second and not claim.equal(there, second):
        return None
    return first if is_smooth(first, x, claim.without(x).known) else None


def lipschitz(claim: Claim) -> ProofStep | None:
    """``norm(F(x) - F(y), r) <= K*norm(x - y, q)``, and ``abs(f(x) - f(y))`` likewise."""
    node = claim.left
    if not isinstance(node, Apply) or node.head not in ("norm", "abs"):
        return None
    for x, y in pairs(claim):
        function = _difference(claim, node.args[0], x, y)
        if function is None:
            continue
        for distance in _nodes(claim.right, "norm" if x.shape else "abs"):
            factor = exchanged(claim.right, distance, number(1))
            if not _is_gap(claim, distance.args[0], x, y) or {x, y} & free_symbols(factor):
                continue
            if not claim.equal(claim.right, factor * distance):
                continue
            norms = (*distance.args[1:], *node.args[1:])
            steps = _slopes(claim.without(x), function, x, factor, norms)
            if steps is not None:
                return claim.step("Lipschitz by the norm of the derivative", *steps,
                                  uses=(function, x, y, factor, *_new_names(claim, x, norms)))  # fmt: skip
    return None


def _new_names(claim: Claim, x: Symbol, norms: tuple[Expr, ...]) -> tuple[Symbol, ...]:
    """The names that the steps below a bound on a vector's difference have for a direction or for two indices."""
    names = tuple(map(str, norms))
    if len(names) < 2:
        return _row_and_column(x)[1:] if names == ("1",) else ()
    return _row_and_column(x) if names in _BY_ENTRIES else directions(claim, x)


_BY_ENTRIES = (("1", "oo"), ("1", "1"), ("oo", "oo"))
"""The norms, from one to the other, that the entries of a matrix give."""


def _row_and_column(x: Symbol) -> tuple[Symbol, ...]:
    return tuple(Symbol(n, Kind("index", "index", x.kind.length)) for n in ("i_row", "j_column"))


def _nodes(expr: Expr, head: str) -> list[Apply]:
    return sorted({n for n in walk(expr) if isinstance(n, Apply) and n.head == head}, key=str)


def _slopes(
    claim: Claim, function: Expr, x: Symbol, factor: Expr, norms: tuple[Expr, ...]
) -> tuple[ProofStep, ...] | None:
    if not norms:
        return _one(claim, apply("abs", apply("diff", function, x)), factor)
    return _operator_norm(claim, function, x, factor, norms[1] if len(norms) > 1 else None, norms[0])


def _is_gap(claim: Claim, node: Expr, x: Symbol, y: Symbol) -> bool:
    return claim.equal(node, x - y) or claim.equal(node, y - x)


def _operator_norm(
    claim: Claim, function: Expr, x: Symbol, factor: Expr, target: Expr | None, source: Expr
) -> tuple[ProofStep, ...] | None:
    """The Jacobian's norm from ``source`` to ``target`` is at most ``factor``."""
    if target is None:
        if str(source) == "1":
            _, column = _row_and_column(x)
            return _one(claim, apply("abs", apply("grad", function, x)[column]), factor)
        dual = {"oo": "1", "2": "2"}.get(str(source))
        return None if dual is None else _one(claim, apply("norm", apply("grad", function, x), _order(dual)), factor)
    norms = str(source), str(target)
    if norms == ("2", "2"):
        return _spectral(claim, function, x, factor)
    jacobian = apply("jacobian", function, x)
    row, column = _row_and_column(x)
    size = apply("abs", jacobian[row, column])
    over = dict(zip(_BY_ENTRIES, (None, row, column), strict=True))
    if norms not in over:
        v = direction(claim, x)
        return _one(claim, apply("norm", apply("matmul", jacobian, v), target), factor * apply("norm", v, source))
    index = over[norms]
    return _one(claim, size if index is None else apply("sum", size, index), factor)


def _order(name: str) -> Expr:

    return symbol("oo") if name == "oo" else number(int(name))


def _one(claim: Claim, bound: Expr, factor: Expr) -> tuple[ProofStep, ...] | None:
    step = claim.holds(bound, factor)
    return None if step is None else (step,)


def _spectral(claim: Claim, function: Expr, x: Symbol, factor: Expr) -> tuple[ProofStep, ...] | None:
    """For a symmetric Jacobian, ``-K*v'v <= v'Jv <= K*v'v``."""
    jacobian, v = apply("jacobian", function, x), direction(claim, x)
    if not claim.equal(jacobian, apply("transpose", jacobian)):
        return None
    form, size = apply("dot", v, apply("matmul", jacobian, v)), factor * apply("dot", v, v)
    upper = claim.holds(form, size)
    lower = None if upper is None else claim.holds(apply("neg", size), form)
    return None if upper is None or lower is None else (upper, lower)


def operator(claim: Claim) -> ProofStep | None:
    """``c*dot(D, D) <= d*dot(D, x - y)`` or ``0 <= dot(D, x - y)`` for ``D = F(x) - F(y)``."""
    for x, y in pairs(claim):
        for node in _nodes(claim.right, "dot"):
            for one, other in (node.args, node.args[::-1]):
                function = _difference(claim, one, x, y)
                if function is None or not claim.equal(other, x - y):
                    continue
                step = _coercive(claim, function, (x, y), one, node)
                if step is not None:
                    return step
    return None


def _coercive(
    claim: Claim, function: Expr, points: tuple[Symbol, Symbol], difference: Expr, product: Expr
) -> ProofStep | None:
    x = points[0]
    jacobian, v = apply("jacobian", function, x), direction(claim, x)
    form = apply("dot", v, apply("matmul", jacobian, v))
    size = exchanged(claim.right, product, number(1))
    if set(points) & free_symbols(size) or not claim.equal(claim.right, size * product):
        return None
    claim = claim.without(x)
    above, lower = claim.holds(number(0), size), claim.holds(number(0), form)
    if above is None or lower is None:
        return None
    if claim.equal(claim.left, number(0)):
        return claim.step("a monotone operator by its Jacobian", above, lower, uses=(function, *points, size, v))
    square = apply("dot", difference, difference)
    share = exchanged(claim.left, square, number(1))
    if set(points) & free_symbols(share) or not claim.equal(claim.left, share * square):
        return None
    least = claim.holds(number(0), share) if claim.equal(jacobian, apply("transpose", jacobian)) else None
    upper = None if least is None else claim.holds(share * form, size * apply("dot", v, v))
    if least is None or upper is None:
        return None
    rule = "cocoercive by a symmetric Jacobian between 0 and K (Baillon and Haddad)"
    return claim.step(rule, above, lower, least, upper, uses=(function, *points, size, v, share))
