"""Attachments from a file to the recipient: the real disk, the real engine, and the sandbox with its troubles."""
