"""PHP 8 with its curl extension."""

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.literals import Signs, spell


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_SIGNS = Signs(
    fresh_hash="bin2hex(random_bytes(16))",
    opening_object="[",
    closing_object="]",
    between=" => ",
    text=_quoted,
    key=_quoted,
)


def write_php(request: SampleRequest) -> str:
    """Write the request for PHP."""
    headers = [f"        {_quoted(f'{name}: {value}')}," for name, value in request.headers]
    headers.insert(1, f"        'X-API-Key: ' . getenv('{KEY_VARIABLE}'),")
    lines = ["<?php"]
    options = ["    CURLOPT_RETURNTRANSFER => true,"]
    if request.body is not None:
        lines += [f"$body = {spell(request.body, _SIGNS)};", ""]
        headers.append("        'Content-Type: application/json',")
        options.append("    CURLOPT_POSTFIELDS => json_encode($body),")
    lines += [
        f"$curl = curl_init({_quoted(request.url)});",
        "curl_setopt_array($curl, [",
        *options,
        "    CURLOPT_HTTPHEADER => [",
        *headers,
        "    ],",
        "]);",
        "$answer = curl_exec($curl);",
        "if (curl_getinfo($curl, CURLINFO_RESPONSE_CODE) !== 200) {",
        "    fwrite(STDERR, $answer ?: curl_error($curl));",
        "    exit(1);",
        "}",
        f"file_put_contents('{request.file}', $answer);" if request.file else "echo $answer, PHP_EOL;",
    ]
    return "\n".join(lines) + "\n"
