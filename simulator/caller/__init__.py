"""Calling a merchant as Payme does, and keeping a journal of every exchange."""
