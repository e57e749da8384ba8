"""Requests for help that consumers send from the public finder."""
