"""Many sessions at once: how long they take to open, what they cost, and how soon a key is answered among them."""
