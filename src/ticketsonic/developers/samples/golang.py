"""Go 1.18 or newer and nothing but its standard library."""

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.literals import Signs, quoted, spell

_SIGNS = Signs(
    fresh_hash="hex.EncodeToString(hash)",
    opening_object="map[string]any{",
    closing_object="}",
    opening_list="[]any{",
    closing_list="}",
    indent="\t",
)


def write_go(request: SampleRequest) -> str:
    """Write the request as a Go program."""
    imports = {"fmt", "io", "log", "net/http", "os"}
    lines = []
    content = "nil"
    if request.file:
        imports.remove("fmt")
    if request.draws_hash:
        imports |= {"crypto/rand", "encoding/hex"}
        lines += ["\thash := make([]byte, 16)", *_checked("_, err := rand.Read(hash)")]
    if request.body is not None:
        imports |= {"bytes", "encoding/json"}
        lines += _assigned("body", f"json.Marshal({spell(request.body, _SIGNS, 1)})")
        content = "bytes.NewReader(body)"
    lines += _assigned("request", f"http.NewRequest({quoted(request.method)}, {quoted(request.url)}, {content})")
    headers = [f"\trequest.Header.Set({quoted(name)}, {quoted(value)})" for name, value in request.headers]
    headers.insert(1, f'\trequest.Header.Set("X-API-Key", os.Getenv("{KEY_VARIABLE}"))')
    if request.body is not None:
        headers.append('\trequest.Header.Set("Content-Type", "application/json")')
    lines += [
        *headers,
        *_assigned("answer", "http.DefaultClient.Do(request)"),
        "\tdefer answer.Body.Close()",
        *_assigned("text", "io.ReadAll(answer.Body)"),
        "\tif answer.StatusCode != http.StatusOK {",
        "\t\tlog.Fatal(string(text))",
        "\t}",
    ]
    if request.file:
        lines += _checked(f'err = os.WriteFile("{request.file}", text, 0o600)')
    else:
        lines.append("\tfmt.Println(string(text))")
    listed = [f"\t{quoted(name)}" for name in sorted(imports)]
    return "\n".join(["package main", "", "import (", *listed, ")", "", "func main() {", *lines, "}"]) + "\n"


def _assigned(name: str, expression: str) -> list[str]:
    return [f"\t{name}, err := {expression}", "\tif err != nil {", "\t\tlog.Fatal(err)", "\t}"]


def _checked(statement: str) -> list[str]:
    return [f"\tif {statement}; err != nil {{", "\t\tlog.Fatal(err)", "\t}"]
