"""The first steps: which folder Steward works in, and which model answers. Each can be skipped."""
