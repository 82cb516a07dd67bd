"""Checking statements: verdicts, and the proofs behind them."""

from softsym.proof.check import check, prove
from softsym.proof.verdict import ProofStep, Verdict

__all__ = ["ProofStep", "Verdict", "check", "prove"]
