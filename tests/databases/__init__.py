"""Database servers of the tests' own, and empty databases on them."""
