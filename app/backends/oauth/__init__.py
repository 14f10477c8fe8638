"""Signing in with OAuth 2.0: the one room that knows msal, which it imports when it is first needed."""
