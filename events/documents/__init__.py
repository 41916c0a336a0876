"""What we print for events; one module per subject."""
