"""The engine as a process, from the window's side, with the sandbox behind it."""
