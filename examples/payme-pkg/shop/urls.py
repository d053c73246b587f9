"""The webhook, where payme-pkg's README puts it, and the one page of the shop."""

from django.contrib import admin
from django.urls import path
from orders.views import OrderCreate, PaymeCallBackAPIView

urlpatterns = [
    path("admin/", admin.site.urls),
    path("orders/", OrderCreate.as_view()),
    path("payment/update/", PaymeCallBackAPIView.as_view()),
]
