"""The project: settings, addresses, shared kernel.

One thread of linear algebra per process: the arrays of a province are small, and threads that wait for each other made
scoring ten times slower on a busy machine. Set before NumPy is loaded; OPENBLAS_NUM_THREADS in the environment wins.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
