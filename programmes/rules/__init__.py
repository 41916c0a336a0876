"""Who may, and why not. One module per subject."""
