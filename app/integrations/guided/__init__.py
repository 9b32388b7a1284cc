"""The built-in guide: commands and clear sentences become the same tool calls a model would make.

It never guesses: what it does not understand for certain changes nothing.
"""
