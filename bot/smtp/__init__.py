"""The core: everything that knows mail."""
