"""TicketSonic: the ticketing engine behind other people's shops."""

__version__ = "0.1.0"
