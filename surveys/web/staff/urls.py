"""Staff pages of this app."""

from django.urls import path

from surveys.web.staff import comments, invitations, quality, responses, reviews, settings, steps, units, workbook

EDITION = "editions/<int:edition_id>/"
UNIT = "provinces/<slug:slug>/units/<slug:code>/"

urlpatterns = [
    path("workbook.xlsx", workbook.workbook_template_file, name="workbook-template"),
    path("provinces/<slug:slug>/editions/import/", workbook.edition_import_page, name="edition-import"),
    path(f"{EDITION}workbook.xlsx", workbook.edition_export, name="edition-export"),
    path(f"{EDITION}open/", steps.edition_open_step, name="edition-open"),
    path(f"{EDITION}close/", steps.edition_close_step, name="edition-close"),
    path(f"{EDITION}freeze/", steps.edition_freeze_step, name="edition-freeze"),
    path(f"{EDITION}settings/", settings.edition_settings, name="edition-settings"),
    path(f"{EDITION}settings/withhold/", settings.edition_withhold, name="edition-withhold"),
    path(
        f"{EDITION}settings/withhold/<int:block_unit_id>/release/",
        settings.edition_unwithhold,
        name="edition-unwithhold",
    ),
    path(f"{EDITION}responses/", responses.responses, name="responses"),
    path(f"{EDITION}invitations/", invitations.invitations, name="invitations"),
    path(f"{EDITION}invitations/new/", invitations.invitations_new, name="invitations-new"),
    path(f"{EDITION}invitations/codes/", invitations.invitations_codes, name="invitations-codes"),
    path(f"{EDITION}comments/", comments.comments, name="comments"),
    path(f"{EDITION}comments/<uuid:comment_id>/", comments.comment_verdict, name="comment-review"),
    path(f"{EDITION}quality/", quality.quality, name="quality"),
    path(f"{EDITION}quality/check/", quality.quality_check, name="quality-check"),
    path(f"{EDITION}quality/rules/", quality.quality_rules, name="quality-rules"),
    path(f"{EDITION}quality/copies/", quality.quality_copies, name="quality-copies"),
    path(f"{EDITION}quality/responses/", reviews.quality_responses, name="quality-responses"),
    path(f"{EDITION}quality/responses/<uuid:response_id>/", reviews.quality_response, name="quality-response"),
    path(f"{EDITION}dataset/renew/", reviews.dataset_renew_step, name="dataset-renew"),
    path("provinces/<slug:slug>/units/", units.units, name="units"),
    path(UNIT, units.unit, name="unit"),
    path(f"{UNIT}lineage/", units.unit_lineage, name="unit-lineage"),
    path(f"{UNIT}readers/", units.unit_reader_add, name="unit-reader-add"),
    path(f"{UNIT}readers/<int:reader_id>/remove/", units.unit_reader_remove, name="unit-reader-remove"),
]
