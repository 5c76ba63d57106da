"""PostgreSQL's own parser, for a second reading of what another reader of SQL has written."""
