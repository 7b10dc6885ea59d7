"""The address that a server listens at: taken before anything is made, and spelled for people."""

import socket
import ssl
import sys

from ticketsonic.settings import InvalidSetting, Settings, variable_of

BACKLOG = 4096
SEND_BUFFER_BYTES = 128 * 1024
"""What the kernel keeps of answers that a client does not read, twice for its own books: it would take 4 MB each."""


class NotServed(Exception):
    """Nothing can be served; the one argument says why, in words for whoever runs it."""


def bind(settings: Settings) -> list[socket.socket]:
    """Take the address, at every address its host's name stands for; nothing is answered before somebody serves it.

    Raises :class:`InvalidSetting` where it cannot be had, or the certificate cannot be used.
    """
    _check_certificate(settings)
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            port = sockets[0].getsockname()[1] if sockets else settings.port
            sockets.append(listening := _made(family, kind, protocol))
            listening.bind((address[0], port, *address[2:]))
    except OSError as error:
        for each in sockets:
            each.close()
        where = f"{variable_of('host')} ({settings.host!r}), {variable_of('port')} ({settings.port})"
        raise InvalidSetting(f"{where}: {error.strerror or error}") from None
    return sockets


def spread(sockets: list[socket.socket], workers: int) -> list[socket.socket]:
    """Add sockets at the same addresses, so that each worker has as many as there are addresses, in their order.

    The given ones are bound without sharing, so nobody else listens there; from now on they share (sharing.py).
    """
    if sys.platform != "linux":
        return sockets  # elsewhere the option means that the last one has all
    everyone = list(sockets)
    for bound in sockets:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    for _ in range(workers - 1):
        for bound in sockets:
            everyone.append(own := _made(bound.family, bound.type, bound.proto))
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            own.bind(bound.getsockname())
    return everyone


def _made(family: int, kind: int, protocol: int) -> socket.socket:
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)  # its connections inherit it
    if family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return made


def _check_certificate(settings: Settings) -> None:
    if settings.tls_certificate is None:
        return
    try:
        # Asked for a passphrase there is nobody to type it: an empty one is refused.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_certificate, settings.tls_key, password=lambda: b"")
    except OSError as error:
        names = f"{variable_of('tls_certificate')} and {variable_of('tls_key')}"
        raise InvalidSetting(f"{names} are no PEM certificate and its key without passphrase: {error}") from None


def address_of(settings: Settings, sockets: list[socket.socket]) -> str:
    """Spell the address the server answers at."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{'https' if settings.tls_certificate else 'http'}://{host}:{sockets[0].getsockname()[1]}"
