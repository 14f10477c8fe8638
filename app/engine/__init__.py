"""The child process that hosts the backends, and the pipe to it. Only this room imports backends."""
