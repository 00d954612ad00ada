"""The form in which a province sets every part of its recipe."""

from scoring.web.recipe_form.form import RecipeForm

__all__ = ["RecipeForm"]
