"""Runs programs in stages over the chunks of long rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from softsym.targets import double_functions, double_word
from softsym.targets.stages import Stages

Array = Any


class StagedBody(Protocol):
    """What a body has that runs in stages."""

    @property
    def vectors(self) -> tuple[tuple[str, Any], ...]: ...

    @property
    def stages(self) -> Stages | None: ...

    @property
    def run_stage(self) -> Callable[[int, bool], Callable[..., Any]]: ...


def stream(body: StagedBody, arguments: dict[str, Array], target: Array, chunk: int, double: bool) -> None:
    """Fill the target with the values for rows of any length, ``chunk`` entries at a time."""
    stages = body.stages
    assert stages is not None
    known: dict[str, Any] = {}
    for level, reductions in enumerate(stages.levels):
        function = body.run_stage(level, double)
        parts = [call(function, part | known) for _, part in chunks(body, arguments, chunk, double)]
        for k, (head, name) in enumerate(reductions):
            known[name] = combined(head, [part[k] for part in parts], double)
    function = body.run_stage(len(stages.levels), double)
    whole = target.ndim == next(arguments[name].ndim for name, _ in body.vectors)
    for place, part in chunks(body, arguments, chunk, double):
        value = call(function, part | known)
        rounded = double_word.as_double_word(value).rounded(target.dtype) if double else value
        if not whole:
            target[...] = np.reshape(rounded, target.shape) if np.size(rounded) == target.size else rounded[..., 0]
            return
        target[..., place] = rounded


def chunks(body: StagedBody, arguments: dict[str, Array], chunk: int, double: bool) -> Iterator[tuple[slice, Any]]:
    """The arguments, with a run of the vectors' entries at a time."""
    names = [name for name, _ in body.vectors]
    size = arguments[names[0]].shape[-1]
    for start in range(0, size, chunk):
        place = slice(start, start + chunk)
        part = {n: a[..., place] if n in names else a for n, a in arguments.items()}
        convert = double_word.from_input if double else _as_double
        yield place, {n: convert(a) for n, a in part.items()}


def _as_double(array: Array) -> Array:
    return np.asarray(array, np.float64)


def call(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """The function's value, given those arguments that it takes."""
    code = function.__code__
    return function(*(arguments[n] for n in code.co_varnames[: code.co_argcount]))


def combined(head: str, parts: list[Any], double: bool) -> Any:
    """The reduction of a row from those of its chunks."""
    home = double_functions.NAMESPACE if double else np
    joined = home.concatenate(parts, axis=-1)
    return getattr(home, head)(joined, axis=-1, keepdims=True)
