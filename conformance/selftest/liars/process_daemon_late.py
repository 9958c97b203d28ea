"""daemon can be set after start()."""

from mpref.process import BaseProcess

from liars.truth import become

CAUGHT_BY = {
    "process.daemon.late-setting-raises",
}


BaseProcess.daemon = BaseProcess.daemon.setter(
    lambda self, daemonic: self._config.update(daemon=bool(daemonic))
)

become(__name__)
