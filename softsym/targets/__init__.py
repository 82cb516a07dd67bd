"""Printers of expressions: one file a target."""
