"""The check of the translations finds each kind of fault, and nothing in a catalogue without faults."""

import pytest
from babel.messages.catalog import Catalog

from ddci.management.commands.translations_check import Key, faults, key


def found(*messages: tuple[object, ...], unused: bool = False, fuzzy: bool = False) -> list[str]:
    """The faults of a Vietnamese catalogue with these (id, translation) pairs."""
    catalogue = Catalog(locale="vi")
    for identity, translation in messages:
        catalogue.add(identity, translation, flags=["fuzzy"] if fuzzy else [])
    present = {key(message): message for message in catalogue if message.id}
    return list(faults("vi", set() if unused else set(present), present))


def test_faultless_catalogue_has_no_faults() -> None:
    assert (
        found(
            ("%(count)s answers from {unit}", "%(count)s phiếu của {unit}"),
            (("one answer", "%(count)s answers"), ("%(count)s phiếu",)),
            ("100% of them", "100% trong số đó"),
        )
        == []
    )


@pytest.mark.parametrize(
    ("identity", "translation", "fault"),
    [
        ("Open", "", "'Open' has no translation"),
        ("%(n)s left", "còn lại", "'%(n)s left' lost the placeholder %(n)s"),
        ("%(n)s left", "còn %(m)s, %(n)s", "'%(n)s left' has a placeholder of its own: %(m)s"),
        (("one", "%(n)s left"), ("còn lại",), "'one' lost the placeholder %(n)s"),
    ],
)
def test_faulty_translation_is_named(identity: object, translation: object, fault: str) -> None:
    assert found((identity, translation)) == [f"vi: {fault}"]


def test_fuzzy_translation_is_named() -> None:
    assert found(("Open", "Mở"), fuzzy=True) == ["vi: 'Open' is marked fuzzy"]


def test_text_without_entry_and_entry_without_text_are_named() -> None:
    assert found(("Open", "Mở"), unused=True) == ["vi: 'Open' is no longer used; run `make messages`"]
    assert list(faults("vi", {Key(None, "Open", None)}, {})) == [
        "vi: 'Open' is not in the catalogue; run `make messages`"
    ]
