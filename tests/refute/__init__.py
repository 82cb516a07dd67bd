"""Tests of the search for counterexamples."""
