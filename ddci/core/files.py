"""Style sheets, scripts and fonts under their addresses."""

from functools import cached_property
from typing import Any

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class _AddressesKept:
    """What a file is called does not change while a process runs: every page names several, found out once."""

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {}

    def url(self, name: str, *args: Any, **options: Any) -> str:
        if args or options:
            return str(super().url(name, *args, **options))  # type: ignore[misc]
        if name not in self._addresses:
            self._addresses[name] = str(super().url(name))  # type: ignore[misc]
        return self._addresses[name]


class PlainFiles(_AddressesKept, StaticFilesStorage):  # type: ignore[misc]  # takes what either takes
    """Files as they are, under their own names."""


class PackedFiles(_AddressesKept, CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # has no types
    """Files packed beforehand, under names that change with their content."""
