"""The page of the kept runs: a list with thumbnails, and what is known of the chosen one."""
