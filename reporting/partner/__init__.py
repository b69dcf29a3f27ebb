"""For partners and employers: checks, the own staff, news of changes, access for programs."""
