"""The guarded SELECT: a query that an agent wrote, rewritten so that it can read nothing but what it may."""
