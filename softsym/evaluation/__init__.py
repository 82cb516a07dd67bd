"""Certified values of expressions at concrete points, by ball arithmetic and jets; independent of the algebra."""

from softsym.evaluation.point import Divergent, Point, Undecided, Undefined
from softsym.evaluation.values import evaluate

__all__ = ["Divergent", "Point", "Undecided", "Undefined", "evaluate"]
