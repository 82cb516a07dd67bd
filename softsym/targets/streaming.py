"""Runs programs in stages over the chunks of long rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from softsym.targets.arithmetic import DOUBLE_WORDS, FULL_DOUBLE_WORDS, Arithmetic, balls
from softsym.targets.body import Body, Variant
from softsym.targets.certified import PRECISIONS
from softsym.targets.near_one import BOUND

Array = Any


def stream(body: Body, arguments: dict[str, Array], target: Array, chunk: int, variant: Variant) -> bool:
    """Fill the target with the values for rows of any length, ``chunk`` entries at a time; tell if all are certain."""
    stages = body.stages(variant)
    assert stages is not None
    arithmetic = variant.arithmetic
    known: dict[str, Any] = {}
    for level, reductions in enumerate(stages.levels):
        function = body.run_stage(level, variant)
        parts = [call(function, part | known) for _, part in chunks(body, arguments, chunk, arithmetic)]
        for k, (head, name) in enumerate(reductions):
            known[name] = combined(head, [part[k] for part in parts], arithmetic)
    highest = np.inf if variant.shifted else body.highest(variant.ones)
    if not variant.shifted and not all(np.all((known[n] >= 1.0) & (known[n] <= highest)) for n in stages.totals):
        return False
    function = body.run_stage(len(stages.levels), variant)
    whole = target.ndim == next(arguments[name].ndim for name, _ in body.vectors)
    sure = True
    for place, part in chunks(body, arguments, chunk, arithmetic):
        rounded, certain = arithmetic.finished(call(function, part | known), target.dtype)
        sure = sure and bool(np.all(certain))
        if not whole:
            target[...] = np.reshape(rounded, target.shape) if np.size(rounded) == target.size else rounded[..., 0]
            return sure
        target[..., place] = rounded
    return sure


def stream_without_shifts(
    body: Body, arguments: dict[str, Array], target: Array, chunk: int, ones: frozenset[str]
) -> bool:
    """The same in fewer passes; tell if that could be done. If not, a target with entries is as it was."""
    variant = Variant(shifted=False, ones=ones)
    if not body.highest(ones) or body.stages(variant) is None or (body.result and body.logarithmic):
        return False
    sure = stream(body, arguments, target, chunk, variant)
    return sure and not (body.logarithmic and np.minimum.reduce(np.absolute(target), axis=None) < BOUND)


def stream_certified(body: Body, arguments: dict[str, Array], target: Array, chunk: int) -> None:
    """The same with as much precision as the result needs."""
    import flint

    if any(stream(body, arguments, target, chunk, Variant(a)) for a in (DOUBLE_WORDS, FULL_DOUBLE_WORDS)):
        return
    for bits in PRECISIONS:
        with flint.ctx.workprec(bits):
            if stream(body, arguments, target, chunk, Variant(balls())):
                return


def chunks(body: Body, arguments: dict[str, Array], chunk: int, arithmetic: Arithmetic) -> Iterator[tuple[slice, Any]]:
    """The arguments, with a run of the vectors' entries at a time."""
    names = [name for name, _ in body.vectors]
    size = arguments[names[0]].shape[-1]
    for start in range(0, size, chunk):
        place = slice(start, start + chunk)
        part = {n: a[..., place] if n in names else a for n, a in arguments.items()}
        yield place, {n: arithmetic.convert(a) for n, a in part.items()}


def call(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """The function's value, given those arguments that it takes."""
    code = function.__code__
    return function(*(arguments[n] for n in code.co_varnames[: code.co_argcount]))


def combined(head: str, parts: list[Any], arithmetic: Arithmetic) -> Any:
    """The reduction of a row from those of its chunks."""
    home = arithmetic.namespace
    return getattr(home, head)(home.concatenate(parts, axis=-1), axis=-1, keepdims=True)
