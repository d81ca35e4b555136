"""Kinds of services: one model a file, told apart by `kind`; what they have in common is a `Container`."""
