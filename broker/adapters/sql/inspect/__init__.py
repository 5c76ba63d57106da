"""A live schema as a draft of a source file: what each column seems to be, for an admin to finish."""
