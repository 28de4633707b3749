"""Signing in and out, one's account, one's company."""
