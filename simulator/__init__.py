"""Payme's side: calls a merchant as Payme does and says what is wrong with the answers."""

__version__ = "0.1.0"
