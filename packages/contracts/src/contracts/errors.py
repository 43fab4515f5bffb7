"""The two ways in which a record can be poison, each with a sentence that says what is wrong."""


class Unreadable(ValueError):
    """The record is no event of ours: its headers or its JSON are broken, or its type is unknown."""


class WrongSchema(ValueError):
    """The data of a known type breaks its schema.

    `type` is the event type; `field` is the JSON pointer of the offending value ("" is the data as a whole).
    """

    def __init__(self, type: str, field: str, problem: str) -> None:
        super().__init__(f"{type}: {field or 'the data'}: {problem}")
        self.type = type
        self.field = field
        self.problem = problem
