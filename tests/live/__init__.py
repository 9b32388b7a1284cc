"""What only the real services can show; run by hand, with an account of your own."""
