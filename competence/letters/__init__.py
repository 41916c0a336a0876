"""What we write to people, one module a subject."""
