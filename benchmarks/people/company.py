"""A company's HR file of any size, made as it is read: everybody but the first eight reports to somebody above."""

from collections.abc import Iterator

REPORTS = 8
DEPARTMENTS, SITES = 40, 7
_HEADER = "external_id,email,name,title,department,level,site,manager,time_zone,languages\n"
_GIVEN = [
    "Ada",
    "Ahmed",
    "Aiko",
    "Alba",
    "Amir",
    "Ana",
    "Anders",
    "Anja",
    "Arif",
    "Bea",
    "Ben",
    "Bianca",
    "Bo",
    "Bruno",
    "Cara",
    "Carlos",
    "Chen",
    "Chiara",
    "Clara",
    "Dag",
    "Dana",
    "David",
    "Dora",
    "Edith",
    "Eike",
    "Elena",
    "Emre",
    "Enzo",
    "Eva",
    "Farah",
    "Felix",
    "Femi",
    "Finn",
    "Gita",
    "Greta",
    "Hana",
    "Hugo",
    "Ida",
    "Imani",
    "Ines",
    "Ivo",
    "Jan",
    "Jia",
    "Jonas",
    "Jun",
    "Kai",
    "Kim",
    "Lara",
    "Lea",
    "Leo",
    "Lina",
    "Luis",
    "Maja",
    "Marta",
    "Mei",
    "Milo",
    "Mina",
    "Nia",
    "Nils",
    "Noor",
    "Ola",
    "Oskar",
    "Pia",
    "Priya",
    "Rafa",
    "Ravi",
    "Rosa",
    "Ruth",
    "Sami",
    "Sara",
    "Sofia",
    "Sven",
    "Tariq",
    "Tess",
    "Theo",
    "Uma",
    "Vera",
    "Viktor",
    "Wei",
    "Yara",
    "Yusuf",
    "Zoe",
]
_FIRST = [
    "Al",
    "Ba",
    "Bran",
    "Cor",
    "Da",
    "El",
    "Far",
    "Gar",
    "Hol",
    "Is",
    "Jor",
    "Kal",
    "Lin",
    "Mar",
    "Nor",
    "Ok",
    "Pet",
    "Quin",
    "Ros",
    "Sil",
    "Tan",
    "Ul",
    "Van",
    "Wes",
    "Yil",
    "Zim",
]
_LAST = [
    "ado",
    "aghan",
    "alvi",
    "berg",
    "dale",
    "emba",
    "enko",
    "feld",
    "gard",
    "hara",
    "ito",
    "kov",
    "land",
    "lund",
    "mann",
    "nez",
    "oni",
    "quist",
    "rossi",
    "sen",
    "son",
    "tani",
    "ura",
]


def name_of(number: int) -> str:
    """A name, spread over the alphabet as names are: some thousand people share each of the commonest words."""
    family = number * 7919
    given = _GIVEN[number * 31 % len(_GIVEN)]
    return f"{given} {_FIRST[family % len(_FIRST)]}{_LAST[family // len(_FIRST) % len(_LAST)]}"


def id_of(number: int) -> str:
    """By what HR knows the person of this number, counted from 1."""
    return f"E-{number}"


def file_of(people: int, rows_at_once: int = 500) -> Iterator[bytes]:
    """The file in blocks."""
    yield _HEADER.encode()
    for start in range(1, people + 1, rows_at_once):
        yield "".join(_row(number) for number in range(start, min(start + rows_at_once, people + 1))).encode()


def _row(number: int) -> str:
    manager = id_of(number // REPORTS) if number > REPORTS else ""
    return (
        f"{id_of(number)},p{number}@bench.example,{name_of(number)},Engineer,D{number % DEPARTMENTS},{number % 9},"
        f"S{number % SITES},{manager},Europe/Berlin,de en\n"
    )
