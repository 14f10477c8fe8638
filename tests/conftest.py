"""What all tests share. The environment comes before everything else: Qt, keyring and locale read them once."""

import atexit
import locale
import os
import shutil
import tempfile
import time
from pathlib import Path

import hypothesis

from tests.bare_environment import settle_in

_HOME = Path(tempfile.mkdtemp(prefix="mailwright-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
settle_in(os.environ, _HOME)
locale.setlocale(locale.LC_ALL, "")
if hasattr(time, "tzset"):
    time.tzset()

# How long the making or the trying of an example takes is the machine's matter, which may have other work.
hypothesis.settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy machine")

pytest_plugins = ["tests.protocols", "tests.sandbox_fixture"]
