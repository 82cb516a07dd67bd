"""Tests of the algebra of indexed sums."""
