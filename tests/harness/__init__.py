# SPDX-License-Identifier: EUPL-1.2
"""Real daemons on a real PostgreSQL for tests, built on deploy/stack. Nothing here is a stand-in."""

import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "deploy"))
