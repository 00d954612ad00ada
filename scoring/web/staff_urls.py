"""Staff pages of scoring: recipes, runs, verdicts."""

from django.urls import path

from scoring.web import approvals, diagnostics, recipe_writing, recipes, runs, trials

EDITION = "editions/<int:edition_id>/"
RUN = "runs/<int:run_id>/"

urlpatterns = [
    path(f"{EDITION}runs/", runs.runs, name="runs"),
    path(f"{EDITION}runs/new/", runs.run_new, name="run-start"),
    path(f"{EDITION}runs/compare/", runs.run_compare, name="run-compare"),
    path(f"{EDITION}recipes/new/", recipe_writing.recipe_new, name="recipe-new"),
    path(f"{EDITION}recipes/import/", recipe_writing.recipe_import, name="recipe-import"),
    path(RUN, runs.run, name="run"),
    path(f"{RUN}progress/", runs.run_progress, name="run-progress"),
    path(f"{RUN}verdict/", approvals.run_verdict, name="run-approve"),
    path(f"{RUN}trial/", trials.run_trial, name="run-trial"),
    path(f"{RUN}tables.zip", runs.run_tables, name="run-tables"),
    path(f"{RUN}diagnostics/", diagnostics.overview, name="run-diagnostics"),
    path(f"{RUN}diagnostics.json", diagnostics.document, name="run-diagnostics-json"),
    path(f"{RUN}diagnostics/start/", diagnostics.start, name="run-diagnostics-start"),
    path(f"{RUN}diagnostics/progress/", diagnostics.progress, name="run-diagnostics-progress"),
    path(f"{RUN}diagnostics/<slug:block>/<slug:topic>/", diagnostics.part, name="run-diagnostics-part"),
    path(f"{RUN}diagnostics/<slug:block>/<slug:key>.csv", diagnostics.section, name="run-diagnostics-csv"),
    path("recipes/<int:recipe_id>/", recipes.recipe, name="recipe"),
    path("recipes/<int:recipe_id>/recipe.json", recipes.recipe_json, name="recipe-json"),
]
