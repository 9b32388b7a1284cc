"""Benchmarks: ``make bench`` prints one JSON object; ratios are taken within one run."""
