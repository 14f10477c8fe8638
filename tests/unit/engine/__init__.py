"""The engine in this process, on pipes, with a fake backend."""
