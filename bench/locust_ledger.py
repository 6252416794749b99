"""`Ledger` is what the sources of locustfile.py sent; /kpi must have grown by the same."""

import itertools
import os
import time

import requests
from gevent.pool import Group

from locust_bodies import LATE_S, instant


class Ledger:
    """What was sent: cents, but for orders and for tickets closed."""

    def __init__(self):
        self.sent = {"revenue": 0, "refunds": 0, "orders": 0, "tickets": 0}
        self.before = dict(self.sent)
        self.deliveries = 0
        self.lost = 0
        self.started = time.time()
        # Sets what is sent apart from what was sent in other runs. Ids stay below 2 ** 53.
        self.run = int(self.started) % 8_000_000
        self.sources = itertools.count()
        # Belongs to no user: Locust may stop the users, deliveries go on until they are answered.
        self.under_way = Group()

    def open(self, environment):
        self.before = self.counted(environment)

    def growth(self, environment):
        now = self.counted(environment)
        return {name: now[name] - self.before[name] for name in now}

    def counted(self, environment):
        """Totals of the hours that the run can touch."""
        return {
            "revenue": round(self.total(environment, "revenue", "value") * 100),
            "refunds": round(self.total(environment, "refunds", "value") * 100),
            "orders": round(self.total(environment, "orders", "value")),
            "tickets": self.total(environment, "support_time", "count"),
        }

    def total(self, environment, name, field):
        first = (self.started - LATE_S) // 3600 * 3600
        end = (time.time() // 3600 + 1) * 3600
        query = {"name": name, "window": "1h", "from": instant(first), "to": instant(end)}
        headers = {"authorization": f"Bearer {os.environ['BOTTEGA_API_TOKEN']}"}
        answer = requests.get(environment.host.rstrip("/") + "/kpi", params=query, headers=headers, timeout=30)
        if answer.status_code != 200:
            raise RuntimeError(f"/kpi answers {answer.status_code} {answer.text}")
        return sum(row[field] or 0 for row in answer.json()["rows"])
