"""Schema changes, one module each in ``versions``, run by themselves when a store is opened.

To make one: change ``tables.py``, write the next module after the newest one's pattern, and set ``schema.HEAD``. The
tests compare the migrated database with the tables, on SQLite and PostgreSQL, and say what is missing.
"""
