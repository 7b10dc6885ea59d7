"""The languages of the samples, in the order in which the pages show them, and how each writes a request. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.csharp import write_csharp
from ticketsonic.developers.samples.curl import write_curl
from ticketsonic.developers.samples.golang import write_go
from ticketsonic.developers.samples.http import write_http
from ticketsonic.developers.samples.java import class_name, write_java
from ticketsonic.developers.samples.javascript import write_javascript, write_nodejs
from ticketsonic.developers.samples.php import write_php
from ticketsonic.developers.samples.python import write_python
from ticketsonic.developers.samples.ruby import write_ruby


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its name in addresses and to people, how it writes, and how a reader runs what is written."""

    name: str
    title: str
    write: Callable[[SampleRequest], str]
    lexer: str
    suffix: str
    run: str
    """The command that runs the file `{file}`, "" where it is no file."""

    def file(self, request: SampleRequest) -> str:
        """Name the file to save a sample in."""
        stem = class_name(request) if self.name in ("java", "csharp") else request.name
        return stem + self.suffix

    def command(self, request: SampleRequest) -> str:
        """Spell the command that runs the sample, the key before it; "" where there is none."""
        if not self.run:
            return ""
        return self.run.format(file=self.file(request), stem=self.file(request).removesuffix(self.suffix))


LANGUAGES = (
    Language("http", "HTTP", write_http, "http", ".http", ""),
    Language("curl", "curl", write_curl, "bash", ".sh", "sh {file}"),
    Language("javascript", "JavaScript", write_javascript, "javascript", ".js", ""),
    Language("nodejs", "Node.js", write_nodejs, "javascript", ".mjs", "node {file}"),
    Language("php", "PHP", write_php, "php", ".php", "php {file}"),
    Language("csharp", "C#", write_csharp, "csharp", ".cs", "mcs -r:System.Net.Http {file} && mono {stem}.exe"),
    Language("java", "Java", write_java, "java", ".java", "java {file}"),
    Language("ruby", "Ruby", write_ruby, "ruby", ".rb", "ruby {file}"),
    Language("python", "Python", write_python, "python", ".py", "python3 {file}"),
    Language("go", "Go", write_go, "go", ".go", "go run {file}"),
)
BY_NAME = {language.name: language for language in LANGUAGES}
FIRST = BY_NAME["curl"]
"""What a reader sees who has chosen none yet."""

__all__ = ["BY_NAME", "FIRST", "KEY_VARIABLE", "LANGUAGES", "Language"]
