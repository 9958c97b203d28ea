"""The other end of chapter_interoperation.py: the standard library of Python 3.6 or later.

As "listen FAMILY KEY ADDRESS" and "connect FAMILY KEY ADDRESS", with "-" for no key; a listener
prints its address. It sends back all bytes that it gets, until they are b"end", and then an object.
"""

import ast
import sys
from multiprocessing.connection import Client, Connection, Listener


def main() -> None:
    role, family, text, literal = sys.argv[1:]
    key = None if text == "-" else text.encode()
    # Not every family's address is a string.
    address = ast.literal_eval(literal)
    if role == "connect":
        talk(Client(address, family, key))
        return
    with Listener(address, family, authkey=key) as listener:
        print(repr(listener.address))
        sys.stdout.flush()
        talk(listener.accept())


def talk(connection: Connection) -> None:
    while True:
        message = connection.recv_bytes()
        if message == b"end":
            break
        connection.send_bytes(message)
    told = connection.recv()
    connection.send({"told": told, "version": sys.version_info[:2]})
    # The other end closes first, when it has read everything.
    try:
        connection.recv()
    except EOFError:
        connection.close()


if __name__ == "__main__":
    main()
