"""All addresses. Vietnamese without prefix, English under /en/. What is not opened here asks for sign-in."""

from allauth.account.views import email as account_email
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularAPIView

from ddci.core.doors import opened
from ddci.core.pages import healthz
from scoring.web.recipes import recipe_schema_file
from surveys.web.messages.reports import delivery_report
from surveys.web.messages.stop import stop

urlpatterns = [
    path("healthz", login_not_required(healthz), name="healthz"),
    path("api/v1/", include("reports.api.urls")),
    # Written into recipes that people keep: this address stays.
    path("schemas/ddci-recipe-1.json", login_not_required(recipe_schema_file), name="recipe-schema"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("hooks/delivery/", delivery_report, name="delivery-report"),
    *i18n_patterns(
        path("admin/", admin.site.urls),
        # An address is whom a manager gives roles to: if its owner could change it, a role could be meant for another.
        path("accounts/email/", require_safe(account_email), name="account_email"),
        path("accounts/", include("allauth.urls")),
        path("o/<str:code>/", login_not_required(stop), name="stop"),
        path("s/", opened(include("surveys.web.answering.urls"))),
        path("staff/", include("ddci.urls_staff")),
        path("", opened(include("reports.web.urls"))),
        prefix_default_language=False,
    ),
]
