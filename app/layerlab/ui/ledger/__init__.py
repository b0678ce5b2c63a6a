"""The ledger's page: every claim beside what is measured of it on this machine."""
