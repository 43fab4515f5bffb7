"""A company's HR file of any size, made as it is read: everybody but the first eight reports to somebody above."""

from collections.abc import Iterator

REPORTS = 8
_HEADER = "external_id,email,name,title,department,level,site,manager,time_zone,languages\n"


def file_of(people: int, rows_at_once: int = 500) -> Iterator[bytes]:
    """The file in blocks."""
    yield _HEADER.encode()
    for start in range(1, people + 1, rows_at_once):
        yield "".join(_row(number) for number in range(start, min(start + rows_at_once, people + 1))).encode()


def _row(number: int) -> str:
    manager = f"E-{number // REPORTS}" if number > REPORTS else ""
    return (
        f"E-{number},p{number}@bench.example,Person {number},Engineer,D{number % 40},{number % 9},S{number % 7},"
        f"{manager},Europe/Berlin,de en\n"
    )
