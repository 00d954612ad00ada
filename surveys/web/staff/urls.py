"""Staff pages of this app."""

from django.urls import path

from surveys.web.staff import ballots, comments, invitations, responses, settings, steps, units, workbook

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
    path(f"{EDITION}ballot-box/", ballots.ballot_box, name="ballot-box"),
    path(f"{EDITION}ballot-box/secrecy/", ballots.secrecy, name="ballot-secrecy"),
    path(f"{EDITION}ballot-box/holders/", ballots.holder_add, name="ballot-holder-add"),
    path(f"{EDITION}ballot-box/holders/<int:holder_id>/drop/", ballots.holder_drop, name="ballot-holder-drop"),
    path(f"{EDITION}ballot-box/key/", ballots.key, name="ballot-key"),
    path(f"{EDITION}ballot-box/open/", ballots.box_open, name="ballot-open"),
    path(f"{EDITION}comments/", comments.comments, name="comments"),
    path(f"{EDITION}comments/<uuid:comment_id>/", comments.comment_verdict, name="comment-review"),
    path("provinces/<slug:slug>/units/", units.units, name="units"),
    path(UNIT, units.unit, name="unit"),
    path(f"{UNIT}lineage/", units.unit_lineage, name="unit-lineage"),
    path(f"{UNIT}readers/", units.unit_reader_add, name="unit-reader-add"),
    path(f"{UNIT}readers/<int:reader_id>/remove/", units.unit_reader_remove, name="unit-reader-remove"),
]
