"""close() closes the connections that were accepted, too."""

from mpref.connection import Listener

from liars.truth import become

CAUGHT_BY = {
    "listeners.close.keeps-connections",
}


accept, close = Listener.accept, Listener.close
accepted = []


def accept_and_note(self):
    accepted.append((self, accept(self)))
    return accepted[-1][1]


def close_all(self):
    for listener, conn in accepted:
        if listener is self:
            conn.close()
    close(self)


Listener.accept = accept_and_note
Listener.close = close_all

become(__name__)
