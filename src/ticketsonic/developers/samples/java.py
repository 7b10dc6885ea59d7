"""Java 17 or newer and nothing but its standard library."""

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.literals import Signs, quoted, spell


def class_name(request: SampleRequest) -> str:
    """Name the sample's class, and so its file: `OrderNew`."""
    return "".join(part.capitalize() for part in request.name.split("-"))


def _in_block(text: str) -> str:
    return quoted(text).replace("\\", "\\\\").replace("%", "%%").replace('"""', '\\"\\"\\"')


_SIGNS = Signs(fresh_hash='"%s"', text=_in_block, key=_in_block, trailing_comma=False, indent="  ")


def write_java(request: SampleRequest) -> str:
    """Write the request as a class that `java OrderNew.java` runs."""
    imports = ["java.net.URI", "java.net.http.HttpClient", "java.net.http.HttpRequest", "java.net.http.HttpResponse"]
    imports += ["java.nio.file.Files", "java.nio.file.Path"] if request.file else []
    imports += ["java.util.UUID"] if request.draws_hash else []
    lines = [*(f"import {name};" for name in imports), "", f"public class {class_name(request)} {{"]
    lines += ["    public static void main(String[] arguments) throws Exception {"]
    headers = [f"            .header({quoted(name)}, {quoted(value)})" for name, value in request.headers]
    headers.insert(1, f'            .header("X-API-Key", System.getenv("{KEY_VARIABLE}"))')
    if request.body is not None:
        block = spell(request.body, _SIGNS).replace("\n", "\n            ")
        drawn = "UUID.randomUUID()" if request.draws_hash else ""
        lines += ['        var body = """', f'            {block}""".formatted({drawn});']
        headers.append('            .header("Content-Type", "application/json")')
        headers.append("            .POST(HttpRequest.BodyPublishers.ofString(body))")
    kind = "ofByteArray" if request.file else "ofString"
    told = "new String(answer.body())" if request.file else "answer.body()"
    keep = (
        f'Files.write(Path.of("{request.file}"), answer.body());'
        if request.file
        else "System.out.println(answer.body());"
    )
    lines += [
        f"        var request = HttpRequest.newBuilder(URI.create({quoted(request.url)}))",
        *headers,
        "            .build();",
        f"        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.{kind}());",
        "        if (answer.statusCode() != 200) {",
        f"            System.err.println({told});",
        "            System.exit(1);",
        "        }",
        f"        {keep}",
        "    }",
        "}",
    ]
    return "\n".join(lines) + "\n"
