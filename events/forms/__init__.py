"""What a person may type about events; one module per subject."""
