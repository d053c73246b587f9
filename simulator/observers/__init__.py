"""Looking at the merchant from behind: its orders, its database, its log, its process."""
