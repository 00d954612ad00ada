"""A look at a page: whose, which, and what has to be told on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from django.http import HttpRequest

from ddci.core.errors import Invalid
from surveys.answers.drafts import Page, SectionPage
from surveys.answers.journey import Step, steps
from surveys.web.answering.doors import Visit


@dataclass(frozen=True)
class Look:
    """
    Attributes:
        told: what is open on the page is told.
        elsewhere: key of a page that was also changed in another window.
        faults: entries that were not taken, by field; `entered` has them as they were typed.
        direct: the page answers a form at another address than its own; only to browsers whose script puts that right.
    """

    request: HttpRequest
    visit: Visit
    step: Step
    told: bool = False
    elsewhere: str = ""
    faults: Mapping[str, Invalid] = field(default_factory=dict)
    entered: Sequence[Page] = ()
    direct: bool = False

    @classmethod
    def asked(cls, request: HttpRequest, visit: Visit, step: Step) -> Self:
        """As the address asks for it."""
        return cls(request, visit, step, told="open" in request.GET, elsewhere=request.GET.get("elsewhere", ""))

    @cached_property
    def order(self) -> list[Step]:
        """All steps of this respondent."""
        return steps(self.visit.questionnaire, self.visit.content)

    @property
    def typed(self) -> dict[str, str]:
        """What was entered on this page and not taken, by question code."""
        pages = [page for page in self.entered if isinstance(page, SectionPage) and page.section == self.step.section]
        return {code: str(raw) for page in pages for code, raw in page.answers.items() if code in self.faults}
