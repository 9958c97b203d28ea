"""One bad deed in the middle of a probe: what the liars about the kit's own machinery share.

It is done in `freeze_support()`, which a single probe calls in its own process; the programs that
probes start are spared, so that each deed is seen in one place.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import mpref


def let_freeze_support(deed: Callable[[], object]) -> None:
    """Have the reference's freeze_support() do `deed`."""

    def freeze_support() -> None:
        if os.path.basename(sys.argv[0]) == "probe_main.py":
            deed()

    mpref.freeze_support = freeze_support  # type: ignore[assignment]
