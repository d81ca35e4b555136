"""Dockyard: bring containers to AWS with CDK, on a laptop or in an account."""

__version__ = "0.1.0"
