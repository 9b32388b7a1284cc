"""What Steward talks about: frozen data and the ports of skills. No I/O, nothing of ours."""
