"""The shop's pages: choose copies, see the QR code, pay, watch the order turn to paid.

They hold no script or style of their own and ask nobody else for anything; the way to Payme is a
link (or a form), whose host is the setting `checkout_host`.
"""

from backend.pages.views import register

__all__ = ["register"]
