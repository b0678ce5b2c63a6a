"""QtCore only: the store, the runner and its thread, the mailbox."""
