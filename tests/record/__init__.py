"""Recordings of what a real SPICE server sends for pictures we know."""
