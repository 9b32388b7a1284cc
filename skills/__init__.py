"""Skills that come with Steward: one folder a domain, one module a skill."""
