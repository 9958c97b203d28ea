"""The kit's own tests import their helpers from this folder."""

import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

# A shell starts background programs with SIGINT ignored, and their children inherit that. Some of
# these tests are about Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
