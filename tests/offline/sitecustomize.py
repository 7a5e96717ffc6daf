"""Every Python that starts with this folder on PYTHONPATH can reach this machine only.

An attempt to reach another host fails, and is written to the file that NETWORK_LOG names, so that code which carries on
without network is found too.
"""

import ipaddress
import os
import sys


def is_here(host) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        host = arguments[1][0] if isinstance(arguments[1], tuple) else None  # other addresses are files
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not is_here(host):
        with open(os.environ["NETWORK_LOG"], "a") as log:
            print(event, host, file=log)
        raise OSError(f"no network in tests: {event} to {host}")


sys.addaudithook(watch)
