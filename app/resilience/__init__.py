"""Circuit breakers and what keeps a failure small."""
