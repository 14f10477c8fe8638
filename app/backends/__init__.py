"""Servers behind one port. Each backend stands on core, domain and credentials alone."""
