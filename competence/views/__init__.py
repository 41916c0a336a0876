"""Pages: find, ask, act, answer, one module a subject."""
