"""What the payer is given: the link to Payme's checkout page and its QR code."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from backend.errors import ACCOUNT_MEMBER
from backend.orders import TIYIN_IN_SUM
from backend.settings import Settings

MASK = 3
"""Any of the eight masks reads well; trying them all costs five times the rest of the drawing."""


PIXELS = 6
"""The side of one module in the picture."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form's address and its fields."""

    action: str
    fields: Mapping[str, str]


def link(
    settings: Settings, order_id: str, amount_sum: int, more: Mapping[str, str] | None = None
) -> str:
    """The GET form of a checkout link: host, then base64 of kassa, account and tiyin.

    `more` are further parameters: `l` the language, `c` the address to come back to, `ct` after
    how many ms.
    """
    amount = amount_sum * TIYIN_IN_SUM
    text = f"m={settings.kassa};ac.{ACCOUNT_MEMBER}={order_id};a={amount}"
    text += "".join(f";{name}={value}" for name, value in (more or {}).items())
    return f"{settings.checkout_host.rstrip('/')}/{base64.b64encode(text.encode()).decode('ascii')}"


def form(
    settings: Settings, order_id: str, amount_sum: int, more: Mapping[str, str] | None = None
) -> Form:
    """The POST form of the same; `more` are its further fields."""
    fields = {
        "merchant": settings.kassa,
        f"account[{ACCOUNT_MEMBER}]": order_id,
        "amount": str(amount_sum * TIYIN_IN_SUM),
    }
    return Form(f"{settings.checkout_host.rstrip('/')}/", fields | dict(more or {}))


@lru_cache(maxsize=256)
def qr_data_url(link: str) -> str:
    """The link's QR code as a PNG in a data URL."""
    # An imaging library takes a while to load; the server should not start later because of it.
    import qrcode
    from PIL import Image

    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_L, border=4, mask_pattern=MASK)
    code.add_data(link, optimize=0)
    rows = code.get_matrix()
    # Drawn one pixel a module and enlarged after that: ten times faster than module by module.
    image = Image.new("1", (len(rows), len(rows)))
    image.putdata([0 if dark else 1 for row in rows for dark in row])
    png = io.BytesIO()
    side = len(rows) * PIXELS
    image.resize((side, side), Image.Resampling.NEAREST).save(png, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode("ascii")
