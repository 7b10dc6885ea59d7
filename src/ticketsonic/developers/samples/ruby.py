"""Ruby and nothing but its standard library."""

from ticketsonic.developers.requests import KEY_VARIABLE, SampleRequest
from ticketsonic.developers.samples.literals import Signs, bare_name, quoted, spell


def _quoted(text: str) -> str:
    return quoted(text).replace("#", "\\#")


_SIGNS = Signs(
    fresh_hash="SecureRandom.hex(16)", text=_quoted, key=bare_name, trailing_comma=False, padding=" ", indent="  "
)


def write_ruby(request: SampleRequest) -> str:
    """Write the request for Ruby."""
    needed = [*(["json"] if request.body is not None else []), "net/http"]
    needed += ["securerandom"] if request.draws_hash else []
    lines = [f'require "{name}"' for name in needed]
    headers = [f"request[{_quoted(name)}] = {_quoted(value)}" for name, value in request.headers]
    headers.insert(1, f'request["X-API-Key"] = ENV.fetch("{KEY_VARIABLE}")')
    lines += [
        "",
        f"uri = URI({_quoted(request.url)})",
        f"request = Net::HTTP::{request.method.capitalize()}.new(uri)",
        *headers,
    ]
    if request.body is not None:
        lines += [
            'request["Content-Type"] = "application/json"',
            f"request.body = JSON.generate({spell(request.body, _SIGNS)})",
        ]
    keep = f'File.binwrite("{request.file}", answer.body)' if request.file else "puts answer.body"
    lines += [
        "",
        'answer = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") { |http| http.request(request) }',
        "abort answer.body unless answer.is_a?(Net::HTTPSuccess)",
        keep,
    ]
    return "\n".join(lines) + "\n"
