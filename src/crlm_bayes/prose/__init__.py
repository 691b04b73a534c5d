"""Every sentence about an answer, once, for terminal, pages and figures."""
