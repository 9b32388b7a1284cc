"""Versioned files: nothing Steward does to a file can lose anything."""
