"""Making an order, and the callbacks payme-pkg makes when the order's payment moves."""

import logging

from django.conf import settings
from payme import Payme
from payme.models import PaymeTransactions
from payme.views import PaymeWebHookAPIView
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.models import Orders

logger = logging.getLogger(__name__)
payme = Payme(payme_id=settings.PAYME_ID, is_test_mode=True)


class OrderSerializer(serializers.ModelSerializer):
    """The order as the shop's page sends and sees it."""

    class Meta:
        model = Orders
        fields = ("id", "number", "total_amount", "status")
        read_only_fields = ("id", "status")


class OrderCreate(APIView):
    """`POST /orders/` with `number` and `total_amount` (sum) answers the order and its pay link."""

    authentication_classes = ()

    def post(self, request):
        serializer = OrderSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        order = serializer.save()
        link = payme.generate_pay_link(
            id=order.pk, amount=order.total_amount, return_url="https://shop.example/thanks"
        )
        logger.info("Order %s made: id=%s, %s sum", order.number, order.pk, order.total_amount)
        return Response({"order": serializer.data, "payment_link": link}, status=201)


class PaymeCallBackAPIView(PaymeWebHookAPIView):
    """The webhook: all of the protocol is payme-pkg's, the two handlers are the shop's."""

    def handle_successfully_payment(self, params, result, *args, **kwargs):
        self.mark_order(params["id"], Orders.Status.PAID)

    def handle_cancelled_payment(self, params, result, *args, **kwargs):
        self.mark_order(params["id"], Orders.Status.CANCELLED)

    def mark_order(self, transaction_id, status):
        transaction = PaymeTransactions.get_by_transaction_id(transaction_id=transaction_id)
        order = Orders.objects.get(pk=transaction.account_id)
        order.status = status
        order.save()
        logger.info("Order %s is %s: transaction=%s", order.number, status.value, transaction_id)
