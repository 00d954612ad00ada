"""Samples as tables for files: strata without any business, and the drawn businesses with their contact data."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from surveys.models import Sample
from surveys.selectors.samples import members_found, strata_of_sample

STRATUM_COLUMNS = ("stratum", "cells", "N_h", "n_h", "reserve", "issued", "weight")
MEMBER_COLUMNS = (
    "wave", "stratum", "weight", "tax_code", "name", "type", "locality", "address", "sector", "size", "age", "phone",
    "email",
)  # fmt: skip


def stratum_rows(sample: Sample) -> Iterator[tuple[object, ...]]:
    """By stratum: name, cells that were joined, population, drawn, reserve, issued so far, design weight."""
    for each in strata_of_sample(sample):
        cells = " + ".join("/".join(cell) for cell in each.cells)
        yield each.name, cells, each.population, each.drawn, each.reserve, each.issued, each.weight


@transaction.atomic
def members_hand_out(*, sample: Sample, by: User | None, now: datetime) -> list[tuple[object, ...]]:
    """The drawn businesses by wave and stratum. They are personal data: the audit trail says who took them."""
    rows: list[tuple[object, ...]] = [
        (
            member.wave,
            member.stratum.name,
            member.stratum.weight,
            *(str(getattr(member.business, name)) for name in MEMBER_COLUMNS[3:]),
        )
        for member in members_found(sample)
    ]
    edition = sample.edition
    audit(action="sample.export", subject=edition, by=by, now=now, province=edition.province, note=str(len(rows)))
    return rows
