"""The commands: what operators, admins and auditors type."""
