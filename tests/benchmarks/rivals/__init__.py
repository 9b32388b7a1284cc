"""One and the same turn in Steward and in other agent libraries, each in a process of its own.

A worker is a script: ``python WORKER ADDRESS RUNS`` prints a JSON list of seconds, one a turn.
Those of the others import nothing of ours: they run in environments of their own.
"""
