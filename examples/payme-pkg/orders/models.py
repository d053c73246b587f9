"""The shop's own table. payme-pkg keeps its transactions in `payme_transactions`."""

from django.db import models


class Orders(models.Model):
    """An order. `number` is the shop's, `id` is what the payer gives to Payme as `order_id`."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PAID = "paid"
        CANCELLED = "cancelled"

    number = models.CharField(max_length=64, unique=True)
    total_amount = models.PositiveBigIntegerField(help_text="in sum")
    status = models.CharField(max_length=16, choices=Status, default=Status.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "orders"

    def __str__(self) -> str:
        return f"{self.number}: {self.total_amount} sum, {self.status}"
