"""Signing in to the service: Basic, NTLM and Bearer."""
