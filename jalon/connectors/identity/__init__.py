"""Sign-in through an OpenID Connect provider: any conforming one, by configuration alone.

`provider.Provider` begins and finishes an authorization code flow with PKCE. It knows the protocol and
nothing of companies or roles: what the claims mean is the business of `jalon.accounts.rules`.
"""
