"""The engine SQLite: it holds a statement to what it may touch, whatever was thought of it before."""
