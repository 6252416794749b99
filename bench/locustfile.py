"""Does an installation withstand a busy day? The scenario of `npm run load`, for Locust:

    locust -f bench/locustfile.py --headless -u 11 -r 11 -t 5m --rate 50 --host http://127.0.0.1:1880

Every user is a source of its own (of eleven: four Shopify shops, three tills, three programs with the API token, a support team on HubSpot). Orders come in
versions that overtake each other, 3 % of the deliveries twice, 4 % of the sales up to ten minutes late. At the end /kpi must have grown by exactly
what was sent (exit code 0 only then), so nobody else may send meanwhile. The secrets are read from the installation's environment variables.
"""

import base64
import hashlib
import itertools
import logging
import os
import random
import sys
import time

import gevent
from locust import FastHttpUser, events, task
from locust.runners import LocalRunner

from locust_bodies import base64url, change, encode, euro, instant, mac, moment_ago, order, receipt, refund
from locust_ledger import Ledger

SECRETS = ("SHOPIFY_WEBHOOK_SECRET", "HUBSPOT_CLIENT_SECRET", "POS_JWT_SECRET", "BOTTEGA_API_TOKEN")
SETTLE_S = 30
ATTEMPTS = 30
AGAIN_S = 2
RETRIED = (0, 429, 503)

log = logging.getLogger("bottega")


ledger = Ledger()


@events.init_command_line_parser.add_listener
def add_options(parser):
    parser.add_argument("--rate", type=float, default=50.0, help="deliveries a second, of all sources together")
    parser.add_argument("--public-url", default="", help="what HubSpot and tills sign, where it is not --host or BOTTEGA_PUBLIC_URL")


@events.init.add_listener
def refuse_what_cannot_work(environment, **_):
    missing = [name for name in SECRETS if not os.environ.get(name)]
    if missing:
        sys.exit(f"not set: {', '.join(missing)}")
    if environment.parsed_options.rate <= 0:
        sys.exit("--rate must be positive")
    if not isinstance(environment.runner, LocalRunner):
        # What several processes sent would have to be added up before /kpi can agree with it.
        sys.exit("one Locust process only")


@events.test_start.add_listener
def open_ledger(environment, **_):
    global ledger
    ledger = Ledger()
    # Locust goes on where a listener fails: only the end may say that all is well.
    environment.process_exit_code = 1
    ledger.open(environment)


@events.test_stop.add_listener
def close_ledger(environment, **_):
    ledger.under_way.join()
    deadline = time.time() + SETTLE_S
    counted = ledger.growth(environment)
    while counted != ledger.sent and time.time() < deadline:
        gevent.sleep(1)
        counted = ledger.growth(environment)
    log.info("%d deliveries, %d lost", ledger.deliveries, ledger.lost)
    for name, sent in ledger.sent.items():
        log.info("/kpi %s: sent %d, counted %d", name, sent, counted[name])
    agreed = counted == ledger.sent and ledger.lost == 0
    log.log(logging.INFO if agreed else logging.ERROR, "the figures agree to the cent" if agreed else "THE FIGURES DO NOT AGREE")
    environment.process_exit_code = 0 if agreed else 1


class Source(FastHttpUser):
    """One sender. A kind says what happens at it (`happen`), and how many deliveries that is on average."""

    abstract = True
    deliveries_each = 1.0
    concurrency = 20

    def on_start(self):
        self.index = next(ledger.sources)
        self.name = f"locust-{self.index}"
        self.serial = 0
        self.public_url = self.environment.parsed_options.public_url or os.environ.get("BOTTEGA_PUBLIC_URL") or self.host.rstrip("/")

    def wait_time(self):
        sources = max(1, self.environment.runner.target_user_count)
        return sources / self.environment.parsed_options.rate * self.deliveries_each * 1.03 * random.uniform(0.5, 1.5)

    @task
    def go_on(self):
        deliveries = self.happen()
        for delivery in deliveries:
            after = random.random() if len(deliveries) > 1 else 0
            self.post_after(after, delivery)
            if random.random() < 0.03:
                self.post_after(after + 2, delivery)

    def next_id(self):
        self.serial += 10
        return (ledger.run * 100 + self.index) * 10_000_000 + self.serial

    def post_after(self, seconds, delivery):
        ledger.deliveries += 1
        greenlet = gevent.Greenlet(self.deliver, delivery)
        ledger.under_way.add(greenlet)
        greenlet.start_later(seconds)

    def sold(self):
        """When, and for how many cents."""
        cents = random.randint(100, 20_099)
        ledger.sent["orders"] += 1
        ledger.sent["revenue"] += cents
        return moment_ago(), cents

    def deliver(self, delivery):
        """Again while the installation asks for it, or cannot be reached; what is never acknowledged is lost."""
        path, name, body, sign = delivery
        for _ in range(ATTEMPTS):
            # Signed at each attempt anew; the content, and so the event, stays.
            headers = {"content-type": "application/json", **sign()}
            with self.client.post(path, data=body, headers=headers, name=name, catch_response=True) as answer:
                if answer.status_code == 200:
                    answer.success()
                    return
                answer.failure(f"{answer.status_code} {answer.error or ''}".strip())
            if answer.status_code not in RETRIED:
                break
            gevent.sleep(AGAIN_S)
        ledger.lost += 1


class ShopifyShop(Source):
    """Orders, created and paid, some of the money given back; the three overtake each other."""

    weight = 4
    deliveries_each = 2.1

    def happen(self):
        at, cents = self.sold()
        order_id = self.next_id()
        deliveries = [
            self.delivery("orders/create", order(order_id, at, cents, "pending", at)),
            self.delivery("orders/paid", order(order_id, at, cents, "paid", at + 0.001)),
        ]
        if random.random() < 0.1:
            ledger.sent["refunds"] += 100
            ledger.sent["revenue"] -= 100
            deliveries.append(self.delivery("refunds/create", refund(self.next_id(), order_id, at + 1, 100)))
        return deliveries

    def delivery(self, topic, content):
        body = encode(content)
        shop = f"{self.name}.myshopify.com"
        # The same on each redelivery.
        webhook_id = f"{shop}-{self.next_id()}"

        def sign():
            return {
                "x-shopify-topic": topic,
                "x-shopify-shop-domain": shop,
                "x-shopify-webhook-id": webhook_id,
                "x-shopify-triggered-at": instant(time.time()),
                "x-shopify-api-version": "2026-10",
                "x-shopify-hmac-sha256": base64.b64encode(mac("SHOPIFY_WEBHOOK_SECRET", body)).decode(),
            }

        return "/in/shopify", f"/in/shopify {topic}", body, sign


class Till(Source):
    """Receipts of an Italian till; a JSON Web Token vouches for each body."""

    weight = 3

    def happen(self):
        at, cents = self.sold()
        number = f"L{self.next_id()}"
        body = encode(receipt(number, at, cents))
        attempts = itertools.count()

        def sign():
            now = int(time.time())
            digest = base64url(hashlib.sha256(body).digest())
            claims = {"iss": "https://cassa.example.it", "aud": f"{self.public_url}/in/pos", "jti": f"{number}-{next(attempts)}", "iat": now, "exp": now + 300}
            signed = f"{base64url(encode({'alg': 'HS256', 'typ': 'JWT'}))}.{base64url(encode({**claims, 'bodysha256': digest}))}"
            return {"authorization": f"Bearer {signed}.{base64url(mac('POS_JWT_SECRET', signed.encode()))}"}

        return [("/in/pos", "/in/pos", body, sign)]


class Program(Source):
    """Canonical events, with the API token."""

    weight = 3

    def happen(self):
        at, cents = self.sold()
        event_id = f"{self.name}-{self.next_id()}"
        event = {
            "specversion": "1.0", "id": event_id, "source": f"urn:bottega:{self.name}", "type": "sale", "subject": f"order/{event_id}", "time": instant(at),
            "data": {"store": "milano-1", "channel": "pos", "status": "completed", "amount": euro(cents)},
        }
        token = {"authorization": f"Bearer {os.environ['BOTTEGA_API_TOKEN']}"}
        return [("/in/events", "/in/events", encode(event), lambda: token)]


class SupportTeam(Source):
    """Tickets that were opened and closed, in two batches that overtake each other."""

    weight = 1
    deliveries_each = 2.0

    def happen(self):
        closed = round(moment_ago() * 1000)
        open_ms = random.randint(1, 90) * 60_000
        ticket = self.next_id()
        ledger.sent["tickets"] += 1
        return [
            self.delivery([change(ticket, 0, "creation", closed - open_ms, {"changeFlag": "NEW"})]),
            self.delivery([
                change(ticket, 1, "propertyChange", closed, {"propertyName": "time_to_close", "propertyValue": str(open_ms)}),
                change(ticket, 2, "propertyChange", closed, {"propertyName": "hs_pipeline_stage", "propertyValue": "4"}),
            ]),
        ]

    def delivery(self, changes):
        body = encode(changes)

        def sign():
            now = str(int(time.time() * 1000))
            signed = f"POST{self.public_url}/in/hubspot".encode() + body + now.encode()
            return {"x-hubspot-request-timestamp": now, "x-hubspot-signature-v3": base64.b64encode(mac("HUBSPOT_CLIENT_SECRET", signed)).decode()}

        return "/in/hubspot", "/in/hubspot", body, sign
