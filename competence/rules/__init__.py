"""Who may, and why not, one module a subject."""
