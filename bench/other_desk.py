"""The best-known Python help desk with the same cases, for a comparison side by side: answers measurements over its pipes.

Runs in a Python of its own, in which its packages are installed (see bench.complaints); knows nothing of PX360.
Reads the database's address and the file of cases from its arguments, then one name of a page per line.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

URLS = "bench_helpdesk_urls"
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware",
              "django.contrib.auth.middleware.AuthenticationMiddleware",
              "django.contrib.messages.middleware.MessageMiddleware"]  # fmt: skip
APPS = ["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.humanize",
        "django.contrib.messages", "django.contrib.sessions", "django.contrib.sites", "django.contrib.staticfiles",
        "bootstrap4form", "rest_framework", "helpdesk"]  # fmt: skip
CONTEXT = ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
           "django.contrib.messages.context_processors.messages"]  # fmt: skip
EVERY_STATUS = "/tickets/?status=1&status=2&status=3&status=4&status=5"
STATUS = {"new": 1, "in_progress": 1, "resolved": 3, "closed": 4}


def configure(host: str, port: str, name: str, user: str, password: str) -> None:
    """Set Django up as its help desk's own documentation says."""
    import types

    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="of a measurement", DEBUG=False, ALLOWED_HOSTS=["*"], SITE_ID=1, USE_TZ=True, TIME_ZONE="Asia/Riyadh",
        ROOT_URLCONF=URLS, INSTALLED_APPS=APPS, MIDDLEWARE=MIDDLEWARE, STATIC_URL="/static/", LOGIN_URL="/login/",
        HELPDESK_TEAMS_MODEL="auth.User", HELPDESK_TEAMS_MIGRATION_DEPENDENCIES=[],
        HELPDESK_KBITEM_TEAM_GETTER=lambda _item: None,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", HELPDESK_DEFAULT_SETTINGS={"tickets_per_page": 25},
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend", MEDIA_ROOT="/nonexistent",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                    "OPTIONS": {"context_processors": CONTEXT}}],
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": host, "PORT": port, "NAME": name,
                               "USER": user, "PASSWORD": password}},
    )  # fmt: skip
    django.setup()
    from django.urls import include, path

    urls: Any = types.ModuleType(URLS)
    urls.urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
    sys.modules[URLS] = urls


def fill(cases: list[list[Any]], people: int) -> Any:
    """Write the cases as tickets with two follow-ups and one more for the beginning; give a superuser."""
    from datetime import datetime, timedelta

    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from helpdesk.models import FollowUp, Queue, Ticket

    call_command("migrate", verbosity=0)
    boss = User.objects.create_superuser("bench", "bench@example.org", "bench")
    staff = [boss, *(User.objects.create_user(f"u{n}", is_staff=True) for n in range(people - 1))]
    queue = Queue.objects.create(title="Complaints", slug="cmp")
    tickets = []
    for n, (title, words, status, name, at) in enumerate(cases):
        received = datetime.fromisoformat(at)
        tickets.append(
            Ticket(title=title, queue=queue, created=received, modified=received, submitter_email=f"p{n}@example.org",
                   assigned_to=staff[n % people], status=STATUS[status], description=f"{name}\n{words}",
                   priority=1 + n % 5, secret_key=f"{n:x}")
        )  # fmt: skip
    made = Ticket.objects.bulk_create(tickets, batch_size=2000)
    notes = [
        FollowUp(ticket=ticket, date=ticket.created + timedelta(hours=k), title="Comment", comment=ticket.description[:120],
                 public=False, user=ticket.assigned_to)
        for ticket in made for k in range(3)
    ]  # fmt: skip
    FollowUp.objects.bulk_create(notes, batch_size=5000)
    connection.cursor().execute("VACUUM ANALYZE")
    return boss


class Pages:
    """The pages by the names that the comparison uses."""

    def __init__(self, boss: Any, latin: str, arabic: str) -> None:
        """Sign the superuser in."""
        from django.test import Client

        self.client = Client(raise_request_exception=True)
        self.client.force_login(boss)
        self.words = {"latin": latin, "arabic": arabic}
        self.closed = 0

    def choose(self) -> None:
        """Choose the 200 that are closed next, as the page with its form does before; not measured."""
        from helpdesk.models import Ticket

        self.chosen = list(Ticket.objects.filter(status=3).order_by("id").values_list("id", flat=True)[:200])

    def get(self, name: str) -> int:
        """Open a page with everything that it loads for its table; gives the bytes."""
        from helpdesk.models import Ticket

        if name == "dashboard":
            return self._bytes("/dashboard/")
        if name == "open":
            return self._table("/tickets/", 0)  # its own default: what is open or reopened
        if name == "list":
            return self._table(EVERY_STATUS, 0)
        if name == "deep":
            return self._table(EVERY_STATUS, 40_000)
        if name in self.words:
            return self._table(f"/tickets/?q={self.words[name]}&search_type=header", 0)
        if name == "case":
            middle = Ticket.objects.order_by("id").values_list("id", flat=True)[25_000]
            return self._bytes(f"/tickets/{middle}/")
        if name == "report":
            return self._bytes("/reports/usermonth/")
        answer = self.client.post("/tickets/update/", {"ticket_id": self.chosen, "action": "close"})
        assert answer.status_code == 302, answer.status_code
        return len(answer.content)

    def _bytes(self, address: str) -> int:
        answer = self.client.get(address, follow=True)
        assert answer.status_code == 200, (address, answer.status_code)
        return len(answer.content)

    def _table(self, address: str, start: int) -> int:
        shell = self.client.get(address)
        assert shell.status_code == 200, (address, shell.status_code)
        found = re.search(r"datatables_ticket_list/([\w=-]+)", shell.content.decode())
        assert found, "the list names no table"
        asked = {
            "draw": 1,
            "start": start,
            "length": 25,
            "search[value]": "",
        }  # as the page's script asks: it sends no order
        rows = self.client.get(f"/datatables_ticket_list/{found.group(1)}", asked)
        assert rows.status_code == 200, (address, rows.status_code)
        assert len(rows.json()["data"]) == 25, (address, "an empty page measures nothing")
        return len(shell.content) + len(rows.content)


def main() -> None:
    """Fill, say that it is ready, then measure what is asked for."""
    address, file, people, latin, arabic = sys.argv[1:6]
    configure(*address.split(" "))
    boss = fill(json.loads(Path(file).read_text(encoding="utf-8")), int(people))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    pages = Pages(boss, latin, arabic)
    print("ready", flush=True)
    for line in sys.stdin:
        name, counts = line.strip().removesuffix(" count"), line.strip().endswith(" count")
        pages.choose()
        if counts:
            with CaptureQueriesContext(connection) as seen:
                pages.get(name)
            print(json.dumps({"statements": len(seen)}), flush=True)
            continue
        begun = time.perf_counter()
        size = pages.get(name)
        print(json.dumps({"ms": (time.perf_counter() - begun) * 1000, "bytes": size}), flush=True)


if __name__ == "__main__":
    main()
