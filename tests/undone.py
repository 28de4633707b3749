"""What is written, looked at, and taken back."""

from django.db import transaction


class Undone(transaction.Atomic):
    """A transaction that is rolled back, in which verbs may open theirs (as in Django's own TestCase)."""

    def __init__(self) -> None:
        super().__init__("default", savepoint=True, durable=False)
        self._from_testcase = True

    def __exit__(self, *error: object) -> None:
        transaction.set_rollback(True)
        super().__exit__(None, None, None)
