"""What one signature costs: on a core alone, and with every core signing, as they do while a sale is on.

Two cores of a machine are often two threads of one: then each is slower while the other works.
Run as `python -m benchmarks.signing SECONDS`, it prints the CPU µs of one RSA-2048 signature.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

PAYLOAD = bytes(range(45))  # as long as a ticket's usually is
LONGEST_SECONDS = 60


def rsa_signer() -> Callable[[], object]:
    """Make a function that signs once with RSA-2048."""
    key, padding, digest = generate_private_key(65537, 2048), PKCS1v15(), NoDigestInfo()
    return lambda: key.sign(PAYLOAD, padding, digest)


def rsa_opener() -> Callable[[], object]:
    """Make a function that opens an RSA-2048 signature once, as a gate does."""
    key, padding = generate_private_key(65537, 2048), PKCS1v15()
    public_key, code = key.public_key(), key.sign(PAYLOAD, padding, NoDigestInfo())
    return lambda: public_key.recover_data_from_signature(code, padding, None)


def ed25519_signer() -> Callable[[], object]:
    """Make a function that signs once with Ed25519."""
    key = Ed25519PrivateKey.generate()
    return lambda: key.sign(PAYLOAD)


def cost_us(sign: Callable[[], object], seconds: float) -> float:
    """Give the CPU time of one call: what other processes take meanwhile is not in it."""
    sign()
    count, began, end = 0, time.thread_time(), time.perf_counter() + seconds
    while time.perf_counter() < end:
        for _ in range(20):
            sign()
        count += 20
    return (time.thread_time() - began) / count * 1e6


def cost_with_every_core_busy_us(seconds: float) -> float:
    """Give the CPU time of one RSA-2048 signature while each core makes them."""
    command = [sys.executable, "-m", "benchmarks.signing", str(seconds)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(os.cpu_count() or 1)]
    return median(float(process.communicate(timeout=seconds + LONGEST_SECONDS)[0]) for process in running)


if __name__ == "__main__":
    print(cost_us(rsa_signer(), float(sys.argv[1])))
