"""Running a language's samples as a reader would: saved to files, compiled where the language wants it, then run."""

import itertools
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.samples.story import Story, fresh_hash
from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples import BY_NAME, Language
from ticketsonic.developers.samples.http import HASH_PLACE, KEY_PLACE

RUN_SECONDS = 60
COMPILE_SECONDS = 240
BETWEEN = "\x1e"
"""What the launchers print after each sample."""
_CSHARP_LAUNCHER = """
class Launcher
{
    static int Main(string[] names)
    {
        var hidden = System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic;
        foreach (var name in names)
        {
            var main = System.Type.GetType(name).GetMethod("Main", hidden);
            var sample = (System.Threading.Tasks.Task<int>) main.Invoke(null, null);
            if (sample.GetAwaiter().GetResult() != 0) return 1;
            System.Console.Write("\\x1e");
        }
        return 0;
    }
}
"""
_JAVA_LAUNCHER = """
class Launcher {
    public static void main(String[] names) throws Exception {
        for (var name : names) {
            Class.forName(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
            System.out.print("\\u001e");
        }
    }
}
"""
_NODE_LAUNCHER = """
for (const name of process.argv.slice(2)) {
  await import(`./${name}`);
  process.stdout.write("\\x1e");
}
"""
_PYTHON_LAUNCHER = """
import runpy
import sys

for name in sys.argv[1:]:
    runpy.run_path(name, run_name="__main__")
    print(end="\\x1e")
"""
_RUBY_LAUNCHER = """
ARGV.each do |name|
  load "./#{name}", true
  print "\\x1e"
end
"""
_NEEDS = re.compile(r"^(?:import|from|require) .*", re.MULTILINE)


def run(command: Sequence[str], folder: Path, seconds: int, **variables: str) -> str:
    """Run a program that must succeed; returns what it printed."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | variables
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def _stem(file: str) -> str:
    return file.rpartition(".")[0]


@dataclass(frozen=True)
class Runtime:
    """How the samples of one language are run."""

    language: Language
    programs: tuple[str, ...]
    command: Callable[[str], list[str]]
    """From the sample's file to what runs it."""
    build: Callable[[Path, list[str]], None] = lambda folder, files: None
    """Compile all samples at once: a compiler a sample would cost a minute."""
    launcher: tuple[str, ...] = ()
    """What runs many samples one after the other: a virtual machine a sample would cost half a minute."""
    launched: Callable[[str], str] = _stem
    """From a sample's file to what the launcher calls it."""

    def missing(self) -> str | None:
        """Name a program that is not on this machine."""
        return next((program for program in self.programs if shutil.which(program) is None), None)

    def run(self, folder: Path, story: Story, requests: Sequence[SampleRequest]) -> Iterator[bytes]:
        """Save and run samples with the key in the environment; gives the answer each printed or kept."""
        files = [self.language.file(request) for request in requests]
        for request, file in zip(requests, files, strict=True):
            (folder / file).write_text(self.language.write(request))
        self.build(folder, files)
        for request, said in zip(requests, self.run_files(folder, files, story.tenant.key), strict=True):
            yield (folder / request.file).read_bytes() if request.file else said.encode()

    def run_files(self, folder: Path, files: list[str], key: str) -> Iterator[str]:
        """Run samples in their order; gives what each printed.

        Those of a scripting language that are the first to import what they do run by themselves, as a reader's do:
        no other one has imported it for them.
        """
        variable = {KEY_VARIABLE: key}
        if not self.launcher:
            yield from (run(self.command(file), folder, RUN_SECONDS, **variable) for file in files)
            return
        alone = self._first_of_each_kind(folder, files)
        for by_itself, group in itertools.groupby(files, alone.__contains__):
            if by_itself:
                yield from (run(self.command(file), folder, RUN_SECONDS, **variable) for file in group)
            else:
                said = run([*self.launcher, *map(self.launched, group)], folder, RUN_SECONDS, **variable)
                yield from said.split(BETWEEN)[:-1]

    def _first_of_each_kind(self, folder: Path, files: list[str]) -> set[str]:
        if self.launched is _stem:
            return set()
        first: dict[frozenset[str], str] = {}
        for file in files:
            first.setdefault(frozenset(_NEEDS.findall((folder / file).read_text())), file)
        return set(first.values())


def _script(language: str, program: str, launcher: str, text: str) -> Runtime:
    """Give the runtime of a language that is not compiled."""

    def write_launcher(folder: Path, _: list[str]) -> None:
        (folder / launcher).write_text(text)

    return Runtime(
        BY_NAME[language],
        (program,),
        lambda file: [program, file],
        write_launcher,
        (program, launcher),
        lambda file: file,
    )


def _compile_java(folder: Path, files: list[str]) -> None:
    (folder / "Launcher.java").write_text(_JAVA_LAUNCHER)
    run(["javac", "-d", ".", "Launcher.java", *files], folder, COMPILE_SECONDS)


def _compile_csharp(folder: Path, files: list[str]) -> None:
    (folder / "Launcher.cs").write_text(_CSHARP_LAUNCHER)
    options = ["-r:System.Net.Http", "-main:Launcher", "-out:samples.exe"]
    run(["mcs", *options, "Launcher.cs", *files], folder, COMPILE_SECONDS)


def _compile_go(folder: Path, files: list[str]) -> None:
    """Make a module with a program a sample: what they share is compiled once."""
    (folder / "go.mod").write_text("module samples\n\ngo 1.18\n")
    for file in files:
        program = folder / file.removesuffix(".go")
        program.mkdir()
        (folder / file).rename(program / "main.go")
    (folder / "bin").mkdir()
    run(
        ["go", "build", "-ldflags=-s -w", "-o", "bin/", "./..."],
        folder,
        COMPILE_SECONDS,
        GOFLAGS="-mod=mod",
        GOTOOLCHAIN="local",
    )


RUNTIMES = {
    runtime.language.name: runtime
    for runtime in (
        Runtime(BY_NAME["curl"], ("curl", "openssl"), lambda file: ["sh", file]),
        _script("nodejs", "node", "launcher.mjs", _NODE_LAUNCHER),
        Runtime(BY_NAME["php"], ("php",), lambda file: ["php", file]),
        Runtime(BY_NAME["csharp"], ("mcs", "mono"), lambda _: [], _compile_csharp, ("mono", "samples.exe")),
        Runtime(BY_NAME["java"], ("java", "javac"), lambda _: [], _compile_java, ("java", "-cp", ".", "Launcher")),
        _script("ruby", "ruby", "launcher.rb", _RUBY_LAUNCHER),
        _script("python", "python3", "launcher.py", _PYTHON_LAUNCHER),
        Runtime(BY_NAME["go"], ("go",), lambda file: [f"bin/{_stem(file)}"], _compile_go),
    )
}


def send_raw(story: Story, text: str) -> bytes:
    """Send an HTTP sample over a socket, the two places in it filled; returns the answer's body."""
    filled = text.replace(KEY_PLACE, story.tenant.key).replace(HASH_PLACE, fresh_hash())
    head, _, body = filled.partition("\n\n")
    address = urlsplit(story.tenant.url)
    with socket.create_connection((address.hostname or "", address.port or 80), timeout=30) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body.encode())
        received = connection.makefile("rb")
        assert received.readline().startswith(b"HTTP/1.1 200 ")
        length = 0
        while (line := received.readline()) != b"\r\n":
            if matched := re.fullmatch(rb"content-length: (\d+)\r\n", line, re.IGNORECASE):
                length = int(matched[1])
        return received.read(length)
