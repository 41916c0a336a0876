"""Helmi in production's settings, with enough people in it: what the bench measures."""
