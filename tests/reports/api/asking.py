"""Asking the API as its users do."""

from typing import Any

from django.test import Client

from scoring.models import Publication

LISTS = ("scores", "sub-index-scores", "indicator-scores")


def answer(client: Client, path: str, status: int = 200) -> Any:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == status, response.content
    return response.json()


def rows(client: Client, publication: Publication, name: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer(client, f"publications/{publication.pk}/{name}/?page_size=500{query}")[
        "results"
    ]
    return found
