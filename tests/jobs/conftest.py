from tests.append_only import tables_that_can_be_emptied

__all__ = ["tables_that_can_be_emptied"]
