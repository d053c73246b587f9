"""What the payer reads when a payment is refused, in the three languages of Payme's application."""

from __future__ import annotations

Localised = dict[str, str]
"""Language (ru, uz, en) -> text."""


def _texts(ru: str, uz: str, en: str) -> Localised:
    return {"ru": ru, "uz": uz, "en": en}


ACCOUNT_TEXTS: dict[int, Localised] = {
    -31050: _texts(
        "Заказ не найден. Проверьте его номер.",
        "Buyurtma topilmadi. Raqamini tekshiring.",
        "There is no such order. Check its number.",
    ),
    -31051: _texts(
        "Заказ уже оплачен.",
        "Buyurtma allaqachon to‘langan.",
        "The order has already been paid.",
    ),
    -31052: _texts(
        "Оплата этого заказа уже выполняется. Попробуйте позже.",
        "Ushbu buyurtma uchun to‘lov amalga oshirilmoqda. Keyinroq urinib ko‘ring.",
        "Another payment of this order is under way. Try again later.",
    ),
    -31053: _texts(
        "Деньги за заказ возвращены, оплатить его снова нельзя.",
        "Buyurtma puli qaytarilgan, uni qayta to‘lab bo‘lmaydi.",
        "The order has been refunded and cannot be paid again.",
    ),
}

STATE_TEXTS: dict[int, Localised] = {
    -31001: _texts(
        "Неверная сумма.",
        "Noto‘g‘ri summa.",
        "The amount is wrong.",
    ),
    -31003: _texts(
        "Транзакция не найдена.",
        "Tranzaksiya topilmadi.",
        "There is no such transaction.",
    ),
    -31007: _texts(
        "Услуга оказана полностью, отменить платёж нельзя.",
        "Xizmat to‘liq ko‘rsatilgan, to‘lovni bekor qilib bo‘lmaydi.",
        "The service has been provided in full, so the payment cannot be cancelled.",
    ),
    -31008: _texts(
        "Операция невозможна в текущем состоянии.",
        "Joriy holatda amalni bajarib bo‘lmaydi.",
        "The operation is impossible in the present state.",
    ),
}
