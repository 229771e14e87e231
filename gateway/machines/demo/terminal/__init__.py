"""A terminal: cells on the screen (`grid.py`), a toy shell (`toy.py`) and a real one (`process.py`)."""
