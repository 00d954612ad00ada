"""Reads of the frame: businesses with contact data, imports with faults, possible duplicates. For managers only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.enums import JobState
from accounts.models import Province, in_language
from ddci.core.errors import NotNow
from ddci.core.text import without_marks
from surveys.enums import DuplicateState, RespondentType, UnitKind
from surveys.models import Business, Duplicate, Edition, FrameImport, FrameImportFault, ProfileField, Unit
from surveys.population.bands import bands_of, places_of
from surveys.population.likeness import Row
from surveys.population.records import Choices

BANDS = ("locality", "sector", "size", "age")
LOCALITY_KINDS = set(UnitKind.values) - {UnitKind.DEPARTMENT.value}
ROWS_AT_ONCE = 5000


class NoEditionYet(NotNow):
    code = "no_edition_yet"
    sentence = _(
        "Import an edition first: its profile questions say which localities, sectors, sizes and ages there are."
    )


@dataclass(frozen=True)
class FrameCounts:
    """How many businesses the frame holds and how many of them can be reached."""

    total: int
    with_phone: int
    with_email: int
    reachable: int
    with_units: int
    gone: int
    merged: int

    def share(self, count: int) -> float | None:
        return count / self.total if self.total else None


@dataclass(frozen=True)
class BandLine:
    """Businesses in one band of one variable; `share` of all."""

    label: str
    count: int
    share: float


@dataclass(frozen=True)
class BusinessFilter:
    """Which businesses are looked for; an empty field filters nothing."""

    search: str = ""
    type: str = ""
    locality: str = ""
    change: str = ""


def businesses_of(province: Province) -> QuerySet[Business]:
    """The businesses of the frame as it is now: neither gone nor merged into another row."""
    return Business.objects.filter(province=province, present=True, merged_into__isnull=True).order_by(
        "plain_name", "key"
    )


def businesses_found(province: Province, wanted: BusinessFilter, latest: FrameImport | None) -> QuerySet[Business]:
    """The businesses that were looked for, by name; `change` means what the `latest` import did."""
    found = businesses_of(province)
    if wanted.change:
        found = Business.objects.filter(province=province, changed_in=latest, change=wanted.change)
        found = found.order_by("plain_name", "key")
    if wanted.search:
        plain = without_marks(wanted.search)
        digits = "".join(sign for sign in wanted.search if sign.isdigit())
        matches = Q(plain_name__contains=plain)
        if len(digits) >= 4:
            matches |= Q(tax_code__startswith=digits)
        found = found.filter(matches)
    if wanted.type:
        found = found.filter(type=wanted.type)
    return found.filter(locality=wanted.locality) if wanted.locality else found


def frame_counts(province: Province) -> FrameCounts:
    """One query."""
    live = Q(present=True, merged_into__isnull=True)
    found = Business.objects.filter(province=province).aggregate(
        total=Count("pk", filter=live),
        with_phone=Count("pk", filter=live & ~Q(phone="")),
        with_email=Count("pk", filter=live & ~Q(email="")),
        reachable=Count("pk", filter=live & (~Q(phone="") | ~Q(email=""))),
        with_units=Count("pk", filter=live & ~Q(units=[])),
        gone=Count("pk", filter=Q(present=False)),
        merged=Count("pk", filter=Q(present=True, merged_into__isnull=False)),
    )
    return FrameCounts(**found)


def band_lines(province: Province) -> list[tuple[str, list[BandLine]]]:
    """Businesses by type, locality, sector, size and age, in the order of the edition's options. Seven queries."""
    options = band_options(province)
    fields = variable_names(province)
    return [(fields[code], _lines(province, code, options.get(code, {}))) for code in fields]


def _lines(province: Province, code: str, labels: dict[str, str]) -> list[BandLine]:
    rows = businesses_of(province).order_by().values(code).annotate(n=Count("pk")).values_list(code, "n")
    counted = dict(rows)
    total = sum(counted.values())
    names = {**labels, **{band: band or str(_("not known")) for band in counted if band not in labels}}
    return [BandLine(name, counted.get(band, 0), counted.get(band, 0) / max(total, 1)) for band, name in names.items()]


# --- what a file is read against -------------------------------------------------------------------------------------
def edition_of_frame(province: Province) -> Edition | None:
    """The latest edition that asks where a business is: its bands are those of the frame."""
    asks = ProfileField.objects.filter(code="locality").values("edition")
    return Edition.objects.filter(province=province, pk__in=asks).order_by("-year").first()


def profile_fields(province: Province) -> dict[str, ProfileField]:
    """The profile questions whose bands the frame keeps, by code, of the latest edition."""
    found = ProfileField.objects.filter(edition=edition_of_frame(province), code__in=BANDS).order_by("position", "code")
    return {field.code: field for field in found}


def variable_names(province: Province) -> dict[str, str]:
    """The variables that the frame keeps, in the reader's words: the type and the profile questions."""
    return {"type": str(_("Type")), **{code: field.text for code, field in profile_fields(province).items()}}


def band_options(province: Province) -> dict[str, dict[str, str]]:
    """By variable (type and the profile questions), the label of each band in the reader's language."""
    options = {"type": {kind.value: str(kind.label) for kind in RespondentType}}
    for code, field in profile_fields(province).items():
        options[code] = {
            str(option["code"]): in_language(option["vi"], option.get("en", "")) for option in field.options
        }
    return options


def choices_of(province: Province, today: date) -> Choices:
    """What the cells of a file may mean.

    Raises:
        NoEditionYet: no edition of the province asks for the locality.
    """
    fields = profile_fields(province)
    if "locality" not in fields:
        raise NoEditionYet
    places = [(str(each["code"]), each[language]) for each in fields["locality"].options for language in ("vi", "en")]
    codes = {code for code, _name in places}
    units = list(Unit.objects.filter(province=province).order_by("code"))
    places += [(unit.code, unit.name_vi) for unit in units if unit.kind in LOCALITY_KINDS and unit.code in codes]
    return Choices(
        localities=places_of((code, name) for code, name in places if name),
        sectors=bands_of(_options(fields, "sector")),
        sizes=bands_of(_options(fields, "size")),
        ages=bands_of(_options(fields, "age")),
        units=bands_of({"code": unit.code, "vi": name, "en": unit.short_vi} for unit in units
                       for name in (unit.name_vi, unit.name_en)),
        this_year=today.year,
    )  # fmt: skip


def _options(fields: dict[str, ProfileField], code: str) -> list[dict[str, str]]:
    return list(fields[code].options) if code in fields else []


# --- imports ----------------------------------------------------------------------------------------------------------
def imports_of(province: Province) -> QuerySet[FrameImport]:
    return (
        FrameImport.objects.filter(province=province)
        .select_related("by", "job", "province")
        .order_by("-uploaded_at", "-id")
    )


def import_latest(province: Province) -> FrameImport | None:
    """The last import that was carried through."""
    return imports_of(province).filter(finished_at__isnull=False).order_by("-finished_at", "-id").first()


def import_by_id(pk: int) -> FrameImport:
    return FrameImport.objects.select_related("province", "by", "job").get(pk=pk)


def import_underway(province: Province) -> FrameImport | None:
    """The import that is being carried out now, if any."""
    states = [JobState.WAITING, JobState.RUNNING]
    return imports_of(province).filter(finished_at__isnull=True, job__state__in=states).first()


def imports_given_up(province: Province) -> QuerySet[FrameImport]:
    """Files that were never taken over, and are not being taken over now."""
    underway = [JobState.WAITING, JobState.RUNNING]
    return imports_of(province).filter(finished_at__isnull=True).exclude(job__state__in=underway)


def mapping_remembered(province: Province) -> dict[str, str]:
    """Heading of each field in the file that was imported last."""
    latest = import_latest(province)
    if latest is None:
        return {}
    return {field: latest.headings[place] for field, place in latest.mapping.items() if place < len(latest.headings)}


def faults_of(frame_import: FrameImport) -> QuerySet[FrameImportFault]:
    """The rejected rows first, by row."""
    return FrameImportFault.objects.filter(frame_import=frame_import).order_by("-rejected", "row", "id")


def fault_counts(frame_import: FrameImport) -> list[tuple[str, bool, int]]:
    """(reason, whether the row was rejected, how often), the rejecting ones first."""
    found = FrameImportFault.objects.filter(frame_import=frame_import).order_by().values("reason", "rejected")
    rows = found.annotate(n=Count("pk")).order_by("-rejected", "-n", "reason")
    return [(row["reason"], row["rejected"], row["n"]) for row in rows]


# --- duplicates -------------------------------------------------------------------------------------------------------
def duplicates_open(province: Province) -> QuerySet[Duplicate]:
    """Pairs that nobody has decided about yet, both still in the frame; the most alike first."""
    live = {f"{end}__{test}": value for end in ("first", "second") for test, value in LIVE.items()}
    found = Duplicate.objects.filter(first__province=province, state=DuplicateState.OPEN, **live)
    return found.select_related("first", "second").order_by("-likeness", "id")


LIVE: dict[str, bool] = {"present": True, "merged_into__isnull": True}


def rows_to_compare(province: Province) -> Iterator[Row]:
    """The frame as the search for duplicates wants it, in the order in which the businesses came in."""
    columns = ("pk", "tax_code", "name", "address", "locality", "phone")
    for row in businesses_of(province).order_by("pk").values_list(*columns).iterator(ROWS_AT_ONCE):
        yield Row(*row)
