"""The simulator's HTTP side: the providers' addresses, the phone and mail pages, and its settings."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request

from simulator import hooks
from simulator.receipts import PLANS, Due, Receipts
from simulator.store import DEFAULTS, Store

RECEIPT_SECRET = "simulator-receipts"  # known to both sides in development; refused in production


MOODS = {
    "good": "take messages · تستلم الرسائل",
    "busy": "busy for now · مشغولة الآن",
    "refuse": "refuse them · ترفضها",
    "fault": "break (500) · تتعطل",
    "hang": "take, then fall silent · تستلم ثم تصمت",
}


def create(store: Store) -> Flask:
    """Build the simulator's application."""
    app = Flask(__name__)
    receipts = Receipts(store)
    _providers(app, store, receipts)
    _pages(app, store)
    _settings(app, store)
    hooks.add_to(app, store)
    return app


def _providers(app: Flask, store: Store, receipts: Receipts) -> None:
    @app.post("/messages")
    def configured() -> Any:
        body = request.get_json(force=True)
        return _play(
            store,
            receipts,
            "sms",
            "http",
            body["to"],
            body["body"],
            body.get("reference", ""),
            body.get("callback", ""),
        )

    @app.get("/messages/<reference>")
    def ask(reference: str) -> Any:
        found = store.find(reference) if store.settings()["knows_references"] else None
        return (jsonify({"id": f"sim-{found}", "parts": 1}), 200) if found else (jsonify({}), 404)

    @app.post("/<version>/<number>/messages")
    def whatsapp(version: str, number: str) -> Any:
        body = request.get_json(force=True)
        parameters = body["template"]["components"][0]["parameters"]
        text = " ".join(each["text"] for each in parameters)
        callback = request.headers.get("X-Callback", "")
        return _play(
            store,
            receipts,
            "whatsapp",
            "whatsapp",
            f"+{body['to']}",
            text,
            body.get("biz_opaque_callback_data", ""),
            callback,
        )


def _play(
    store: Store, receipts: Receipts, channel: str, kind: str, to: str, text: str, reference: str, callback: str
) -> Any:
    settings = store.settings(to)
    time.sleep(int(settings["delay_ms"]) / 1000)
    mood = settings["mood"]
    if mood == "busy":
        return jsonify({"code": "busy"}), 503
    if mood == "refuse":
        return jsonify({"code": "21"}), 400
    if mood == "fault":
        return jsonify({}), 500
    found = store.take(channel=channel, address=to, body=text, reference=reference, callback=callback, kind=kind)
    provider_id = f"sim-{found}"
    receipts.plan(Due(found, provider_id, reference, callback, RECEIPT_SECRET, kind, to))
    if mood == "hang":
        time.sleep(20)  # longer than any gateway waits: the message is here, the answer never arrives
    if kind == "whatsapp":
        return jsonify({"messages": [{"id": provider_id}]})
    return jsonify({"id": provider_id, "parts": 1})


def _pages(app: Flask, store: Store) -> None:
    @app.get("/")
    def index() -> Response:
        return redirect("/phone/")  # type: ignore[return-value]

    @app.get("/phone/")
    def phones() -> str:
        newest: dict[str, Any] = {}
        for message in store.messages():
            if message.channel != "email":
                newest.setdefault(message.address, message)
        return render_template("phones.html", phones=newest, settings=store.settings(), moods=MOODS, receipts=PLANS)

    @app.get("/phone/<number>")
    def phone(number: str) -> str:
        return render_template(
            "phone.html",
            number=number,
            messages=store.messages(address=number)[::-1],
            own=store.own_settings(number),
            moods=MOODS,
            receipts=PLANS,
        )

    @app.post("/phone/<number>/settings")
    def change_phone(number: str) -> Response:
        store.change_phone(number, {name: request.form.get(name) or None for name in ("mood", "receipts")})
        return redirect(f"/phone/{number}", 303)  # type: ignore[return-value]

    @app.get("/mail/")
    def mail() -> str:
        return render_template("mail.html", messages=store.messages(channel="email"))

    @app.template_filter("linked")
    def linked(text: str) -> list[tuple[str, bool]]:
        """Cut a text into words, saying which are addresses; the template escapes both."""
        return [(word, word.startswith(("http://", "https://"))) for word in text.split()]


def _settings(app: Flask, store: Store) -> None:
    @app.get("/api/messages")
    def listed() -> Response:
        found = store.messages(address=request.args.get("to", ""))
        return jsonify([{name: getattr(each, name) for name in each.__slots__} for each in found])

    @app.post("/api/settings")
    def change() -> Response:
        store.change(request.get_json(force=True))
        return jsonify(store.settings())

    @app.post("/api/phones/<address>/settings")
    def change_one(address: str) -> Response:
        store.change_phone(address, request.get_json(force=True))
        return jsonify(store.settings(address))

    @app.post("/settings")
    def change_by_form() -> Response:
        given: dict[str, Any] = {name: request.form[name] for name in ("mood", "receipts") if name in request.form}
        for name in ("delay_ms", "receipt_delay_ms"):
            if request.form.get(name, "").isdigit():
                given[name] = min(int(request.form[name]), 60_000)
        store.change({**given, **{name: name in request.form for name, value in DEFAULTS.items() if value is True}})
        return redirect("/phone/", 303)  # type: ignore[return-value]
