"""Checking statements: verdicts, and the proofs behind them."""

from softsym.proof.check import check, prove
from softsym.proof.replay import Rejected, replay
from softsym.proof.steps import ProofStep, Use
from softsym.proof.verdict import Verdict

__all__ = ["ProofStep", "Rejected", "Use", "Verdict", "check", "prove", "replay"]
