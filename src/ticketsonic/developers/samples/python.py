"""Python 3 and nothing but its standard library."""

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.literals import Signs, quoted, spell

_SIGNS = Signs(fresh_hash="secrets.token_hex(16)", true="True", false="False")


def write_python(request: SampleRequest) -> str:
    """Write the request for Python."""
    modules = ["os", "sys", "urllib.error", "urllib.request"]
    modules += ["json"] if request.body is not None else []
    modules += ["secrets"] if request.draws_hash else []
    lines = [f"import {module}" for module in sorted(modules)]
    lines += ["from pathlib import Path"] if request.file else []
    lines.append("")
    headers = [f"        {quoted(name)}: {quoted(value)}," for name, value in request.headers]
    headers.insert(1, f'        "X-API-Key": os.environ["{KEY_VARIABLE}"],')
    data = []
    if request.body is not None:
        lines += [f"body = {spell(request.body, _SIGNS)}"]
        headers.append('        "Content-Type": "application/json",')
        data = ["    data=json.dumps(body).encode(),"]
    method = [f"    method={quoted(request.method)},"] if request.method not in ("GET", "POST") else []
    lines += [
        "request = urllib.request.Request(",
        f"    {quoted(request.url)},",
        *data,
        *method,
        "    headers={",
        *headers,
        "    },",
        ")",
        "try:",
        "    with urllib.request.urlopen(request) as answer:",
        f'        Path("{request.file}").write_bytes(answer.read())'
        if request.file
        else "        print(answer.read().decode())",
        "except urllib.error.HTTPError as refused:",
        "    sys.exit(refused.read().decode())",
    ]
    return "\n".join(lines) + "\n"
