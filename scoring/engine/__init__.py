"""The scoring engine: pure functions from arrays to arrays, free of Django and of any database.

Every verb of the scoring method has a module of its own; ``pipeline`` joins them in the order of the method
chapter (docs/method.md). Nothing is rounded, nothing is kept between two calls.
"""

VERSION = "1.2.0"
