"""Rehearsals for admins: what would be decided, without a call."""
