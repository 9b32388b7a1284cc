"""The settings: which model answers, which folders, what needs no asking, how it looks."""
