"""Documents made from a publication: the ranking book and the scorecards. Only `render` imports WeasyPrint."""
