"""How far a snapshot is: half by what came, half by what was put in."""

from sync.loading import Loading


def test_halves_of_two_files_add_up() -> None:
    told: list[int] = []
    loading = Loading(told.append)
    loading.begin([300, 100])
    loading.received(150)
    loading.received(150)
    loading.filled(300, 200)
    loading.end_file(300)
    loading.received(100)
    loading.filled(100, 100)
    loading.end_file(100)
    assert told == [0, 18, 37, 62, 75, 87, 100]


def test_the_same_percent_is_told_once_and_a_new_snapshot_begins_anew() -> None:
    told: list[int] = []
    loading = Loading(told.append)
    loading.begin([1_000_000])
    for _ in range(100):
        loading.received(1)
    loading.begin([10])
    loading.received(500)  # more than was said
    assert told == [0, 0, 100]


def test_nothing_to_fetch_is_nothing_done() -> None:
    told: list[int] = []
    Loading(told.append).begin([])
    assert told == [0]
