"""The account portal, /account: for an organiser who runs events and has never written code."""
