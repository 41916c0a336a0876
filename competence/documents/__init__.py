"""What we print and put into files, one module a subject."""
