"""Templates to PDF by WeasyPrint, the only importer of it. Nothing is ever fetched from a network.

Templates name files of the product as `bundle:css/pdf.css` or `bundle:fonts/pdf/…`; any other address stops the
rendering. Fixed
dates and identifiers make the same content give the same bytes, so that a report is known by its hash.
"""

import hashlib
import logging
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

Variant = Literal["pdf/ua-1", "pdf/a-3a"]
BUNDLE = "bundle:"
TYPES = {".css": "text/css", ".ttf": "font/ttf", ".svg": "image/svg+xml", ".png": "image/png"}
logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


class NotBundledError(FatalURLFetchingError):  # type: ignore[misc]
    """A template asked for something that is not part of the product."""


class BundledFiles(URLFetcher):  # type: ignore[misc]
    """Gives files below static/ and data inside the page itself; refuses everything else."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("data:image/svg+xml"):
            return super().fetch(url, headers)
        if not url.startswith(BUNDLE):
            raise NotBundledError(f"Not part of the product: {url[:200]}")
        path = _bundled(url.removeprefix(BUNDLE))
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})


def _bundled(name: str) -> Path:
    root = Path(settings.STATICFILES_DIRS[0]).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root) or path.suffix not in TYPES or not path.is_file():
        raise NotBundledError(f"Not part of the product: {name[:200]}")
    return path


def _metadata_readable(_document: Any, pdf: Any) -> None:
    """Archives read a file's description without unpacking it: PDF/A wants that stream uncompressed."""
    for each in pdf.objects:
        if getattr(each, "extra", {}).get("Type") == "/Metadata":
            each.compress = False


def pdf_render(*, template: str, context: dict[str, Any], language: str, variant: Variant | None) -> bytes:
    """The bytes of a PDF with embedded fonts; tagged if it is of a variant.

    Args:
        template: name of a template whose <html> carries the language and whose <title> names the document.
        context: what the template shows; objects are read, never fetched.
        language: "vi" or "en".
        variant: "pdf/ua-1" (accessible), "pdf/a-3a" (accessible and archival), None for what is only printed.

    Raises:
        NotBundledError: the template refers to something outside the product.
    """
    with translation.override(language):
        html = render_to_string(template, {**context, "language": language})
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    document = HTML(string=html, base_url=BUNDLE, url_fetcher=BundledFiles())
    return bytes(
        document.write_pdf(
            finisher=_metadata_readable,
            font_config=FontConfiguration(),
            pdf_variant=variant,
            pdf_tags=variant is not None,
            pdf_identifier=identifier,
            full_fonts=False,
        )
    )
