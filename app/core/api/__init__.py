"""The REST API: schemas that parse and bound, one error shape, lists with allow-listed filters, the OpenAPI document."""

from app.core.api import errors  # noqa: F401 - its adapter must be known before the first @bp.input
from app.core.api.lists import Listing, ListQuery, listing
from app.core.api.schemas import In, Out, VersionedIn, documented, page_of

__all__ = ["In", "ListQuery", "Listing", "Out", "VersionedIn", "documented", "listing", "page_of"]
