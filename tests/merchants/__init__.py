"""A second merchant, written without any of the product's code, that breaks rules on demand.

It is right in every must and should until a bug is switched on. `habits` is the switchboard: all
that a bug can bend, with the right behaviour as default. `bugs` is the table: each bug's name,
the rules it breaks, what it does, and which switches it throws. `python -m tests.merchants --help`
runs it alone.
"""
