"""What a person may type. One module per subject."""
