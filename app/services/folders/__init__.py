"""Lists of folders: cache and this machine's messages as one."""
