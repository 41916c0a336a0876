"""What a person may type, one module a subject."""
