"""The ledger: what the sources claim, recomputed on this machine and set beside it."""
