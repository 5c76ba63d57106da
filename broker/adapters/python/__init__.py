"""Functions of an installed package, run in processes that hold nothing of the broker."""
