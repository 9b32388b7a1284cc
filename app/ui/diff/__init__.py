"""Showing what changed: lines, words, side by side."""
