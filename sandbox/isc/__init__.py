"""A stand-in for Industriels Santé Connect: a real OpenID provider for the demo and the tests."""
