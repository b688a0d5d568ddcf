# SPDX-License-Identifier: EUPL-1.2
"""Makes the harness known to every suite."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
pytest_plugins = ["harness.fixtures"]
