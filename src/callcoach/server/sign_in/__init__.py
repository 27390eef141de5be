"""Signing in and out: by password, by an invitation link, by an OpenID Connect provider."""
