"""The places where a lease can be kept: a file on the remote, a SQLite file, PostgreSQL."""
