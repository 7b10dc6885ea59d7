"""What a browser calls itself, as a person would say it: for telling one's own sessions apart, and nothing else."""

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_SHOWN_CHARACTERS = 60


def name_of_browser(calls_itself: str) -> str:
    """Name browser and system; what is unknown is shown as it came."""
    browser = next((name for mark, name in _BROWSERS if mark in calls_itself), None)
    system = next((name for mark, name in _SYSTEMS if mark in calls_itself), None)
    named = ", ".join(filter(None, (browser, system)))
    return named or calls_itself[:_SHOWN_CHARACTERS] or "?"
