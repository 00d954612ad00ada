"""Try to match those who took part with what was answered, with everything that an operator has."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ddci.core.errors import Refusal
from ddci.core.linkage import narrowings
from surveys.answers.coarse import FEWEST
from surveys.selectors.ballots import boxes_of
from surveys.selectors.editions import edition_at
from surveys.selectors.linkage import BOXES, RESPONSES, Evidence, evidence_of

# Names of columns of answers that would tell an order.
TIMES = ("_at", "_on", "time", "date", "number", "sequence")
# What is stored on both sides on purpose, made coarse enough by `surveys.answers.coarse`.
DECLARED = {
    ("surveys_invitation.stratum", "surveys_response.stratum"),
    ("surveys_invitation.design_weight", "surveys_response.design_weight"),
}
# Numbers are equal by luck all the time. Equal transactions are not, nor equal times, nor equal texts.
SHARED = ("xmin", *TIMES)


class Command(BaseCommand):
    help = "Look for anything that could join a participant to an answer of an edition; fails if something is found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--edition", required=True, help="province and year, such as thai-binh/2024")
        parser.add_argument("--text", action="append", default=[], type=Path, help="a log or a dump to read as well")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            edition = edition_at(options["edition"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        texts = {str(path): path.read_text(encoding="utf-8", errors="replace") for path in options["text"]}
        count, found = boxes_of(edition), []
        for table in (BOXES, RESPONSES):
            evidence = evidence_of(edition, answers=table, documents=texts)
            self.stdout.write(
                f"{table}: {len(evidence.participants.owners)} participants, {len(evidence.answers.owners)} answers; "
                f"{len(evidence.participants.values)} traces against {len(evidence.answers.values)}"
            )
            if evidence.answers.owners:
                found += list(findings(evidence))
        if count.waiting:
            self.stdout.write(
                f"In the tray: {count.waiting}, each still in its envelope with the business; only the invitation key "
                "and the key of a key holder together could read them."
            )
        for line in found:
            self.stdout.write(self.style.ERROR(line))
        if found:
            raise CommandError(f"{len(found)} traces could join participants to answers.")
        self.stdout.write(self.style.SUCCESS("Nothing found that joins a participant to an answer."))


def findings(evidence: Evidence) -> list[str]:
    """Each thing found, as a sentence; what was declared to be common is left out."""
    found = [f"Participant and answer stand together: {place}." for place in evidence.direct]
    found += [
        f"Equal values of {each.left} and {each.right} leave {each.narrowed} participants few candidates."
        for each in narrowings(evidence.participants, evidence.answers, FEWEST)
        if (each.left, each.right) not in DECLARED
        and (each.texts or (each.left.endswith(SHARED) and each.right.endswith(SHARED)))
    ]
    if evidence.told_by_units:
        found.append(
            f"The units that the frame names leave {evidence.told_by_units} participants fewer than {FEWEST} answers."
        )
    for name, values in evidence.answers.values.items():
        distinct = {value for value in values if value is not None}
        column = name.rpartition(".")[2]
        if column == "xmin" and len(distinct) > 1:
            found.append(f"{name}: answers were written in {len(distinct)} transactions, whose order is known.")
        if column.endswith(TIMES) and len(distinct) > 1:
            found.append(f"{name} tells an order of the answers.")
    return found
