"""What all pages share: templates, static files, languages, safe forms, and streams of events."""
