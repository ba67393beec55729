import contextlib
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from served import Served  # noqa: E402


@pytest.fixture
def serve():
    """Starts services that end with the test."""
    with contextlib.ExitStack() as stack:
        yield lambda *args, **more: stack.enter_context(Served(*args, **more))
