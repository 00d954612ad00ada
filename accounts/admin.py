"""Administration pages of the platform administrator: provinces, people and roles. What happened is read-only.

Roles are better given in the staff area, which also makes the account. Given or taken here, they are recorded too.
"""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import AuditEntry, Job, Membership, Province, User
from accounts.services import audit

# Addresses are kept with the user, groups are not used, and a second factor's secret must not be read.
admin.site.unregister([EmailAddress, Authenticator, Group])

# The administration signs in like everybody else, with the second factor where one is set up.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that are looked at and not touched."""

    def has_add_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


@admin.register(Province)
class ProvinceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name_vi", "slug", "association_vi", "contact_email")
    search_fields = ("name_vi", "name_en", "slug")


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Accounts: names, and whether they may sign in. Passwords are set by their owners only."""

    list_display = ("email", "full_name", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("email", "full_name")
    fields = ("email", "full_name", "is_active", "is_staff", "is_superuser", "last_login", "date_joined")
    readonly_fields = ("last_login", "date_joined")

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("user", "province", "role")
    list_filter = ("province", "role")
    search_fields = ("user__email", "user__full_name")
    autocomplete_fields = ("user", "province")
    list_select_related = ("user", "province")

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Membership, form: object, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._record("membership.grant", request, obj)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        self._record("membership.revoke", request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        for each in queryset:
            self.delete_model(request, each)

    def _record(self, action: str, request: HttpRequest, obj: Membership) -> None:
        by = request.user if isinstance(request.user, User) else None
        audit(action=action, subject=obj, by=by, now=timezone.now(), province=obj.province)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "province", "by", "action", "subject", "state_from", "state_to")
    list_filter = ("province", "action")
    search_fields = ("subject", "note", "by__email")
    date_hierarchy = "at"
    list_select_related = ("province", "by")


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "province", "state", "done", "total", "message")
    list_filter = ("state", "kind", "province")
    list_select_related = ("province",)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors without their secrets. One can be removed for somebody who lost the telephone."""

    list_display = ("user", "type", "created_at", "last_used_at")
    fields = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return bool(request.user.is_superuser)
