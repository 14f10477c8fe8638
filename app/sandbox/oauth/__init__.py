"""A small OAuth 2.0 authority of the sandbox's own, for trying sign-in: RFC 6749, 7636 (PKCE), 8252 and 8628."""
