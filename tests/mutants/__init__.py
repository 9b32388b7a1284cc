"""Breaks one line of the vault at a time and shows that a test fails: ``make mutants``."""
