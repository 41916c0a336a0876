"""What we print."""
