"""Fakes behind the ports, one documented fake per port."""
