"""Staff pages of this app."""

from django.urls import path

from surveys.web.staff import comments, invitations, records, responses, settings, steps, units, workbook

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
    path(f"{EDITION}records/", records.records, name="records"),
    path(f"{EDITION}records.xlsx", records.records_file, name="records-file"),
    path(f"{EDITION}records/units/<int:block_unit_id>/", records.records_unit, name="records-unit"),
    path(f"{EDITION}records/values/<int:value_id>/remove/", records.record_delete, name="record-remove"),
    path(f"{EDITION}records/documents/", records.record_document, name="record-document"),
    path(f"{EDITION}records/documents/<int:document_id>/", records.record_document_file, name="record-document-file"),
    path(f"{EDITION}comments/", comments.comments, name="comments"),
    path(f"{EDITION}comments/<uuid:comment_id>/", comments.comment_verdict, name="comment-review"),
    path("provinces/<slug:slug>/units/", units.units, name="units"),
    path(UNIT, units.unit, name="unit"),
    path(f"{UNIT}lineage/", units.unit_lineage, name="unit-lineage"),
    path(f"{UNIT}readers/", units.unit_reader_add, name="unit-reader-add"),
    path(f"{UNIT}readers/<int:reader_id>/remove/", units.unit_reader_remove, name="unit-reader-remove"),
]
