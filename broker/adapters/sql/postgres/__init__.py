"""The engine PostgreSQL: a role that may read and write nothing but views, one transaction a call."""
