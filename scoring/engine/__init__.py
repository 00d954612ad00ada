"""The scoring engine: pure functions from arrays to arrays, free of Django and of any database.

Every verb of the scoring method has a module of its own; ``pipeline`` joins them in the order of the method
chapter (docs/method.md). Nothing is rounded, nothing is kept between two calls.
"""

VERSION = "1.2.0"

# The parts of the method, each a section of docs/method.md, and the modules that carry them out.
PARTS: dict[str, tuple[str, ...]] = {
    "Clean": ("clean", "copies", "bursts", "outliers", "flags", "exclusions"),
    "Weight": ("channels", "weight", "margins"),
    "Measure": ("measure",),
    "Normalise": ("normalise",),
    "Aggregate": ("aggregate",),
    "Adjust": ("adjust",),
    "Rank": ("rank",),
    "Covariance": ("covariance", "influence", "medians"),
    "Resample": ("resample", "replicates"),
    "Rank sets": ("ranksets",),
    "Change": ("change", "decomposition"),
    "Diagnostics": (
        "diagnostics",
        "outlying",
        "leniency",
        "drivers",
        "sensitivity",
        "reweigh",
        "choices",
        "ratings",
        "contradictions",
    ),
    "Lost points": ("lost_points",),
    "Fragility": ("fragility",),
}
# What the parts stand on: data in, settings, the order of steps, tables out, something to try them on.
GROUND = (
    "blocks",
    "checks",
    "coded",
    "dataset",
    "example",
    "options",
    "pipeline",
    "recipe",
    "recipe_diff",
    "sheet",
    "tables",
    "texts",
    "thresholds",
    "types",
)
