"""curl in a POSIX shell."""

import re
import shlex

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.literals import Signs, quoted, spell


def _in_heredoc(text: str) -> str:
    return re.sub(r"([\\$`])", r"\\\1", quoted(text))


_SIGNS = Signs(
    fresh_hash='"$(openssl rand -hex 16)"', text=_in_heredoc, key=_in_heredoc, trailing_comma=False, indent="  "
)


def write_curl(request: SampleRequest) -> str:
    """Write the request for curl; the body comes from a here-document, so that the hash in it is drawn."""
    options = [f"curl --silent --show-error --fail-with-body {shlex.quote(request.url)}"]
    options += [f"--header {shlex.quote(f'{name}: {value}')}" for name, value in request.headers]
    options.insert(2, f'--header "X-API-Key: ${KEY_VARIABLE}"')
    if request.file:
        options.append(f"--output {request.file}")
    if request.body is None:
        return " \\\n  ".join(options) + "\n"
    options += ["--header 'Content-Type: application/json'", "--data @- <<JSON"]
    return " \\\n  ".join(options) + f"\n{spell(request.body, _SIGNS)}\nJSON\n"
