"""Golden vectors, and the hand-made bytes they come from."""
