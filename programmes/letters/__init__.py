"""What we write to people. One module per subject."""
