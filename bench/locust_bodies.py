"""What do the sources of locustfile.py send? The same bodies as `npm run load`."""

import base64
import hashlib
import hmac
import json
import os
import random
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

ZONE = ZoneInfo(os.environ.get("TZ_SHOP") or "Europe/Rome")
LATE_S = 600
ORDER_BYTES = 8_000


def order(order_id, at, cents, payment, updated):
    """Of the size that Shopify sends."""
    total = euro(cents)
    money = {"amount": total, "currency_code": "EUR"}
    body = {
        "id": order_id, "admin_graphql_api_id": f"gid://shopify/Order/{order_id}", "test": False, "created_at": instant(at), "processed_at": instant(at),
        "updated_at": instant(updated), "cancelled_at": None, "currency": "EUR", "financial_status": payment, "source_name": "web", "location_id": None,
        "landing_site": "/?utm_source=instagram&utm_medium=social&utm_campaign=natale", "total_price": total,
        "total_price_set": {"shop_money": money, "presentment_money": money}, "payment_gateway_names": ["shopify_payments"], "email": "cliente@example.it",
        "line_items": [{"id": order_id + 1, "quantity": 2, "price": total}], "refunds": [], "discount_applications": [], "note_attributes": [],
    }
    line = {
        "fulfillment_service": "manual", "grams": 250, "price": "0.00", "product_exists": True, "quantity": 1, "requires_shipping": True, "sku": "ART-12",
        "taxable": True, "title": "Articolo",
    }
    missing = ORDER_BYTES - len(encode(body))
    return {**body, "shipping_lines": [line] * max(0, round(missing / (len(encode(line)) + 1)))}


def refund(refund_id, order_id, at, cents):
    transaction = {
        "id": refund_id + 1, "order_id": order_id, "amount": euro(cents), "currency": "EUR", "kind": "refund", "status": "success",
        "gateway": "shopify_payments", "source_name": "web",
    }
    return {
        "id": refund_id, "order_id": order_id, "created_at": instant(at), "processed_at": instant(at), "note": "taglia sbagliata", "refund_line_items": [],
        "transactions": [transaction], "order_adjustments": [],
    }


def receipt(number, at, cents):
    total = euro(cents).replace(".", ",")
    return {
        "idNegozio": "MI-01", "idCassa": "1", "numeroScontrino": number, "dataOra": datetime.fromtimestamp(at, ZONE).strftime("%d/%m/%Y %H:%M:%S"),
        "totale": total, "valuta": "EUR", "pagamenti": [{"tipo": "ELETTRONICO", "importo": total}],
        "righe": [{"sku": "A1", "qta": "1,000", "prezzo": total}], "stato": "completo",
    }


def change(ticket, index, kind, at, extra):
    return {
        "eventId": ticket + index, "subscriptionId": 2_900_000 + index, "portalId": 44_000_003, "appId": 4_000_001, "occurredAt": at,
        "subscriptionType": f"ticket.{kind}", "attemptNumber": 0, "objectId": ticket, "changeSource": "CRM", **extra,
    }


def moment_ago():
    """Seconds since the epoch, whole ones, as a till writes them; sometimes late."""
    late = random.uniform(0, LATE_S) if random.random() < 0.04 else 0
    return int(time.time() - late - 2)


def instant(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def euro(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def encode(content):
    return json.dumps(content, separators=(",", ":")).encode()


def mac(secret, content):
    return hmac.new(os.environ[secret].encode(), content, hashlib.sha256).digest()


def base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
