"""The record of every call, and its proof: never sees a value, only digests of it."""
