"""Key holders with known passphrases, and ballot boxes that are opened with them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

from accounts.models import User
from ddci.core.crypto import sealed
from ddci.core.sealing import Cost, key_pair_new, padded, sealed_for, secret_locked
from surveys.answers.ballot import Ballot
from surveys.models import Edition, KeyHolder, SealedResponse, UnitCounter
from surveys.selectors.ballots import wrapping_key
from surveys.services.ballot_opening import Opened, ballot_open
from surveys.services.editions import edition_close

NOW = datetime(2024, 12, 2, 2, 0, tzinfo=UTC)
PASSPHRASES = ("lúa vàng sông Hồng", "biển Đồng Châu gió")


def key_holders_make(edition: Edition) -> list[KeyHolder]:
    """Two people who have set their passphrases; the same two for every edition."""
    holders = []
    for number, passphrase in enumerate(PASSPHRASES, 1):
        email = f"giu-khoa-{number}@example.vn"
        user = User.objects.filter(email=email).first() or User.objects.create_user(
            email, full_name=f"Người giữ {number}"
        )
        pair = key_pair_new()
        found = secret_locked(pair.secret, passphrase, Cost(1, 8 * 1024))
        holders.append(
            KeyHolder.objects.create(
                edition=edition,
                user=user,
                public_key=pair.public,
                locked_secret=found.locked,
                salt=found.salt,
                passes=found.cost.passes,
                memory=found.cost.memory,
            )
        )
    return holders


def ballots_put(edition: Edition, ballots: Sequence[Ballot]) -> None:
    """Boxes as they lie there once the tray has been emptied."""
    box = edition.ballot_box
    SealedResponse.objects.bulk_create(
        SealedResponse(
            ballot=box,
            box=sealed(wrapping_key(box), sealed_for(bytes(box.public_key), padded(ballot.as_bytes()))),
        )
        for ballot in ballots
    )
    counted = Counter(rated.unit for ballot in ballots for rated in ballot.ratings)
    UnitCounter.objects.bulk_create(UnitCounter(block_unit_id=unit, ratings=n) for unit, n in counted.items())


def box_opened(edition: Edition) -> Opened:
    """Close the edition and open its ballot box."""
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    return box_open(edition)


def box_open(edition: Edition) -> Opened:
    holder = edition.key_holders.order_by("pk")[0]
    return ballot_open(edition=edition, secret=PASSPHRASES[0], by=holder.user, now=NOW, rng=Random(2))
