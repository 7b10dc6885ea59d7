"""Speaking to printers and print queues: IPP over HTTP (RFC 8010, RFC 8011, PWG 5100)."""
