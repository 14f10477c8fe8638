"""Servers behind one port. Each backend stands on domain and credentials alone."""
