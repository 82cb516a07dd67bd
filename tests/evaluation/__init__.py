"""Tests of the certified values at points."""
