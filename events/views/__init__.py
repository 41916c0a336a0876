"""Pages about events; one module per subject."""
