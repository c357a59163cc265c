"""Settings of the property tests here."""

import os

from hypothesis import settings

# Machines that test are shared and slow at times: no example fails for its time. The examples are
# the same on each run unless INKCLUSTER_SEED asks for others.
settings.register_profile(
    "inkcluster", deadline=None, derandomize="INKCLUSTER_SEED" not in os.environ, database=None
)
settings.load_profile("inkcluster")
