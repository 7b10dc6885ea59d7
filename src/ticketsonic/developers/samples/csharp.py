"""C# 7 or newer and nothing but its standard library: the same text for .NET and for Mono."""

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.java import class_name
from ticketsonic.developers.samples.literals import Signs, quoted, spell


def _in_verbatim(text: str) -> str:
    return quoted(text).replace('"', '""')


_SIGNS = Signs(
    fresh_hash='""" + Guid.NewGuid() + @"""',
    text=_in_verbatim,
    key=_in_verbatim,
    trailing_comma=False,
    indent="  ",
)


def write_csharp(request: SampleRequest) -> str:
    """Write the request as a C# program."""
    names = ["System", *(["System.IO"] if request.file else []), "System.Net.Http"]
    names += ["System.Text"] if request.body is not None else []
    lines = [f"using {name};" for name in [*names, "System.Threading.Tasks"]]
    headers = [f"        request.Headers.Add({quoted(name)}, {quoted(value)});" for name, value in request.headers]
    headers.insert(
        1, f'        request.Headers.Add("X-API-Key", Environment.GetEnvironmentVariable("{KEY_VARIABLE}"));'
    )
    if request.body is not None:
        block = spell(request.body, _SIGNS)
        headers += [
            f'        request.Content = new StringContent(@"{block}", Encoding.UTF8, "application/json");',
        ]
    kind = "ByteArray" if request.file else "String"
    told = "Encoding.UTF8.GetString(text)" if request.file else "text"
    keep = f'File.WriteAllBytes("{request.file}", text);' if request.file else "Console.WriteLine(text);"
    verb = request.method.capitalize()
    lines += [
        "",
        f"class {class_name(request)}",
        "{",
        "    static async Task<int> Main()",
        "    {",
        f"        var request = new HttpRequestMessage(HttpMethod.{verb}, {quoted(request.url)});",
        *headers,
        "        var answer = await new HttpClient().SendAsync(request);",
        f"        var text = await answer.Content.ReadAs{kind}Async();",
        "        if (!answer.IsSuccessStatusCode)",
        "        {",
        f"            Console.Error.WriteLine({told});",
        "            return 1;",
        "        }",
        f"        {keep}",
        "        return 0;",
        "    }",
        "}",
    ]
    if request.file and "using System.Text;" not in lines:
        lines.insert(lines.index("using System.Threading.Tasks;"), "using System.Text;")
    return "\n".join(lines) + "\n"
