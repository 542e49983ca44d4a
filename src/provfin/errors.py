"""The one error users meet: what is wrong, where, and how to repair it.

Refuses to carry tracebacks to people: the command line prints an `InputError` as one line and exits with 2.
"""


class InputError(Exception):
    """Report bad input with what is wrong, where it is and how to repair it.

    >>> str(InputError("the file is empty", where="a.txt", repair="give a report"))
    'a.txt: the file is empty; give a report'
    """

    def __init__(self, what: str, *, where: str, repair: str) -> None:
        super().__init__(f"{where}: {what}; {repair}")
        self.what = what
        self.where = where
        self.repair = repair
