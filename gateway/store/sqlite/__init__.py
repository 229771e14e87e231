"""The store in one SQLite file: one module for each kind of record, SQL and rows inside, records outside."""
