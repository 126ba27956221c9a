"""Where the clauses of visibility stand, for tests that take one out."""

GROUPS_OF_CLAUSES = ("READER_CLAUSES", "STATUS_CLAUSES", "BOARD_CLAUSES", "AUTHOR_CLAUSES")
