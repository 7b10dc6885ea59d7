"""JavaScript: fetch in a browser, and fetch in Node.js 18 or newer."""

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.literals import Signs, bare_name, quoted, spell


def _signs(fresh_hash: str) -> Signs:
    return Signs(fresh_hash=fresh_hash, key=bare_name, padding=" ", indent="  ")


def write_javascript(request: SampleRequest) -> str:
    """Write the request for a browser's console or module. Whoever opens a page can read a key that is in it."""
    lines = [f'const apiKey = globalThis.{KEY_VARIABLE} ?? prompt("{KEY_VARIABLE}");', ""]
    lines += _call(request, "apiKey", _signs("crypto.randomUUID()"))
    if request.file:
        lines += ["const file = await answer.blob();", "console.log(answer.status, file.type, file.size);"]
    else:
        lines += ["console.log(answer.status, await answer.json());"]
    return "\n".join(lines) + "\n"


def write_nodejs(request: SampleRequest) -> str:
    """Write the request as a module for Node.js."""
    imports = ['import { randomUUID } from "node:crypto";'] if request.draws_hash else []
    if request.file:
        imports.append('import { writeFile } from "node:fs/promises";')
    lines = [
        *imports,
        *([""] if imports else []),
        *_call(request, f"process.env.{KEY_VARIABLE}", _signs("randomUUID()")),
    ]
    if request.file:
        lines += [
            "if (!answer.ok) throw new Error(await answer.text());",
            f'await writeFile("{request.file}", Buffer.from(await answer.arrayBuffer()));',
        ]
    else:
        lines += ["console.log(await answer.text());", "if (!answer.ok) process.exitCode = 1;"]
    return "\n".join(lines) + "\n"


def _call(request: SampleRequest, key: str, signs: Signs) -> list[str]:
    headers = [f"    {quoted(name)}: {quoted(value)}," for name, value in request.headers]
    headers.insert(1, f'    "X-API-Key": {key},')
    method = []
    body = []
    if request.body is not None:
        headers.append('    "Content-Type": "application/json",')
        body = [f"  body: JSON.stringify({spell(request.body, signs, 1)}),"]
    if request.method != "GET":
        method = [f"  method: {quoted(request.method)},"]
    return [
        f"const answer = await fetch({quoted(request.url)}, {{",
        *method,
        "  headers: {",
        *headers,
        "  },",
        *body,
        "});",
    ]
