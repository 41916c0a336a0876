"""Find, ask, act, answer. One module per subject."""
