"""Services over the engine and the sandbox, where the way through all of them is what is to be shown."""
