"""One and the same turn in Steward and in other agent libraries, each in a process of its own.

A worker is a script: ``python WORKER ADDRESS RUNS`` prints a JSON list: for each turn its
seconds on the wall and those of the processor.
Those of the others import nothing of ours: they run in environments of their own.
"""
