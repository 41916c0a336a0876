"""What can happen. One module per subject."""
