"""Staff pages of this app."""

from django.urls import path

from surveys.web.staff import (
    comments,
    frame,
    frame_import,
    invitations,
    quality,
    responses,
    reviews,
    sample,
    settings,
    steps,
    units,
    workbook,
)

EDITION = "editions/<int:edition_id>/"
FRAME = "provinces/<slug:slug>/frame/"
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
    path(f"{EDITION}sample/", sample.sample, name="sample"),
    path(f"{EDITION}sample/draw/", sample.sample_draw_now, name="sample-draw"),
    path(f"{EDITION}sample/invite/", sample.sample_invite_next, name="sample-invite"),
    path(f"{EDITION}sample/discard/", sample.sample_discard_now, name="sample-discard"),
    path(f"{EDITION}sample/margins/", sample.sample_margins, name="sample-margins"),
    path(f"{EDITION}sample/strata.csv", sample.sample_strata_csv, name="sample-strata"),
    path(f"{EDITION}sample/businesses/", sample.sample_members, name="sample-members"),
    path(f"{EDITION}sample/businesses/download/", sample.sample_members_csv, name="sample-export"),
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
    path(FRAME, frame.frame, name="frame"),
    path(f"{FRAME}businesses/", frame.businesses, name="frame-businesses"),
    path(f"{FRAME}duplicates/", frame.duplicates, name="frame-duplicates"),
    path(f"{FRAME}duplicates/<int:duplicate_id>/", frame.duplicate_decide, name="frame-duplicate-decide"),
    path(f"{FRAME}import/", frame_import.frame_import, name="frame-import"),
    path(f"{FRAME}imports/<int:import_id>/columns/", frame_import.frame_columns, name="frame-columns"),
    path(f"{FRAME}imports/<int:import_id>/", frame_import.frame_import_result, name="frame-import-result"),
    path(f"{FRAME}imports/<int:import_id>/faults/", frame_import.frame_faults, name="frame-faults"),
    path("provinces/<slug:slug>/units/", units.units, name="units"),
    path(UNIT, units.unit, name="unit"),
    path(f"{UNIT}lineage/", units.unit_lineage, name="unit-lineage"),
    path(f"{UNIT}readers/", units.unit_reader_add, name="unit-reader-add"),
    path(f"{UNIT}readers/<int:reader_id>/remove/", units.unit_reader_remove, name="unit-reader-remove"),
]
