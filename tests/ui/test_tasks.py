"""Work that goes out to other threads: what happens to it at the end."""

from PySide6.QtCore import QCoreApplication

from tests.ui.station_bench import Bench


def test_after_the_end_nothing_is_asked_and_nothing_comes_home(bench: Bench) -> None:
    came = []
    with bench.slow_store():
        bench.tasks.on_store(lambda store: 1, then=came.append, failed=came.append)
        bench.model.close()
        bench.tasks.close()
    for ask in (bench.tasks.on_net, bench.tasks.on_store):
        ask(lambda *_: 2, then=came.append, failed=came.append)
    bench.thread.call(lambda store: None)
    QCoreApplication.processEvents()
    assert came == []
