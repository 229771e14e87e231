"""Numbered steps of the schema: `NNNN_name.sql`, or `NNNN_name.py` with `migrate(db)`. A landed step never changes."""
