"""What goes wrong, one function a fault. Each returns when the cause is gone; that service returns is checked after."""

import asyncio
import contextlib
import os
import random
import resource
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil

from torture.proxy import Proxy
from torture.world import World

DAY_SECONDS = 86_400
BALLAST_CHUNK_BYTES = 1 << 20
Fault = Callable[[World, Proxy, random.Random], Awaitable[None]]


async def kill_a_process(world: World, _proxy: Proxy, draw: random.Random) -> None:
    """SIGKILL one serving process."""
    with contextlib.suppress(psutil.NoSuchProcess, IndexError):
        draw.choice(world.serving_processes()).kill()
    await world.wait_until_healthy()


async def kill_all_processes(world: World, _proxy: Proxy, _draw: random.Random) -> None:
    """SIGKILL all of the server."""
    world.kill_server()
    await world.start_server()


async def terminate(world: World, _proxy: Proxy, _draw: random.Random) -> None:
    """SIGTERM, as an upgrade would."""
    await world.terminate_server()
    await world.start_server()


async def cut_connections(_world: World, proxy: Proxy, draw: random.Random) -> None:
    """Cut every connection in the middle of a request or an answer."""
    for _ in range(3):
        proxy.cut(draw.randrange(1, 20_000))
        await asyncio.sleep(0.1)


async def pause_a_process(world: World, _proxy: Proxy, draw: random.Random) -> None:
    """SIGSTOP one serving process, and let it come back."""
    with contextlib.suppress(psutil.NoSuchProcess, IndexError):
        process = draw.choice(world.serving_processes())
        process.suspend()
        await asyncio.sleep(draw.uniform(0.1, 1.5))
        process.resume()


async def jump_clock(world: World, _proxy: Proxy, draw: random.Random) -> None:
    """Let the server's wall clock jump by up to a day, forwards or back, and return."""
    for _ in range(2):
        world.set_clock(draw.randrange(-DAY_SECONDS, DAY_SECONDS))
        await asyncio.sleep(draw.uniform(0.3, 0.8))
    world.set_clock(0)
    await asyncio.sleep(0.3)


async def stop_postgresql(world: World, _proxy: Proxy, draw: random.Random) -> None:
    """Stop PostgreSQL immediately, and start it again."""
    await asyncio.to_thread(world.stop_postgresql)
    await asyncio.sleep(draw.uniform(0, 0.5))
    await asyncio.to_thread(world.start_postgresql)


async def kill_a_backend(world: World, _proxy: Proxy, draw: random.Random) -> None:
    """SIGKILL one PostgreSQL process: all of them restart and recover."""
    with contextlib.suppress(psutil.NoSuchProcess, IndexError):
        draw.choice(world.database_processes()[1:]).kill()


async def fill_disk(world: World, _proxy: Proxy, draw: random.Random) -> None:
    """Fill the disk to its last byte, for a while."""
    ballast = world.folder / "ballast"
    await asyncio.to_thread(_fill, ballast)
    await asyncio.sleep(draw.uniform(0.3, 1.0))
    ballast.unlink()
    await _revive_postgresql(world)


async def limit_files(world: World, _proxy: Proxy, draw: random.Random) -> None:
    """Let no file grow, for a while: what a quota does."""
    if world.kind == "postgresql":
        processes = world.database_processes()
        largest = 0
    else:
        processes = world.serving_processes()
        largest = max(path.stat().st_size for path in world.folder.glob("torture.db*"))
    for process in processes:
        _limit(process, largest)
    await asyncio.sleep(draw.uniform(0.3, 1.0))
    for process in processes:
        _limit(process, resource.RLIM_INFINITY)
    await _revive_postgresql(world)


def _limit(process: psutil.Process, largest_bytes: int) -> None:
    with contextlib.suppress(psutil.Error, OSError):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (largest_bytes, resource.RLIM_INFINITY))


def _fill(ballast: Path) -> None:
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        size = BALLAST_CHUNK_BYTES
        while size:
            try:
                os.write(descriptor, bytes(size))
            except OSError:
                size //= 2
    finally:
        os.close(descriptor)


async def _revive_postgresql(world: World) -> None:
    """PostgreSQL may stop on a full disk: start it again, as systemd would."""
    if world.kind == "postgresql":
        for _ in range(10):
            with contextlib.suppress(Exception):
                await asyncio.to_thread(world.start_postgresql)
                return
            await asyncio.sleep(0.5)


def faults_for(world: World, *, small_disk: bool) -> list[Fault]:
    """Choose what can be done to a world on this machine."""
    faults: list[Fault] = [kill_a_process, kill_all_processes, terminate, cut_connections, pause_a_process, jump_clock]
    if world.kind == "postgresql":
        faults += [stop_postgresql, kill_a_backend]
    if small_disk:
        faults.append(fill_disk)
    if world.kind == "sqlite" and hasattr(resource, "prlimit"):
        faults.append(limit_files)
    return faults
