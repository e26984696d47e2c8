"""OpenID Connect on OAuth 2.0: discovery, codes with PKCE, signed identity tokens, user info, refresh, revocation."""
