"""Forms of the webhooks: they parse and bound; rules are the services'."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.core.web.forms import Form, LineField, UuidField, VersionField
from app.integrations.outbound.addresses import MOST_URL
from app.integrations.outbound.catalogue import KINDS
from app.integrations.outbound.models import WebhookEndpoint
from app.integrations.outbound.services.endpoints import EndpointFacts

GIVE = _l("This field is required.")


class EndpointForm(Form):
    """Describe an endpoint."""

    version = VersionField()
    name = LineField(_l("Name"), [DataRequired(GIVE)])
    url = LineField(_l("Web address"), [DataRequired(GIVE)], most=MOST_URL)
    kinds = SelectMultipleField(
        _l("Events"),
        [DataRequired(_l("Choose at least one kind of event of the list."))],
        choices=[SelectChoice(code, code) for code in KINDS],
    )

    def facts(self) -> EndpointFacts:
        """Give what was typed."""
        return EndpointFacts(self.name.data or "", self.url.data or "", tuple(self.kinds.data or ()))


class NewEndpointForm(EndpointForm):
    """Describe an endpoint of a hospital that is chosen."""

    hospital_id = UuidField(_l("Hospital"), [DataRequired(GIVE)])


class VersionForm(Form):
    """A step that carries nothing but the version that was seen."""

    version = VersionField()


def endpoint_values(row: WebhookEndpoint) -> dict[str, Any]:
    """Give an endpoint as the form shows it; never a secret."""
    return {name: getattr(row, name) for name in ("name", "url", "kinds", "version")}
