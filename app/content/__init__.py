"""The child process that parses what comes from outside: HTML, messages in files, pictures."""
