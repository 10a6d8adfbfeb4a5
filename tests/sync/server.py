"""HQ's real server on a free port, in a thread of this process, once for all tests."""

import threading

import uvicorn

from tests.hq import server


class Server:
    """HQ's web application behind a real uvicorn on a free port; which HQ it serves can be changed."""

    def __init__(self) -> None:
        self.app = None
        self._listener = server.listening()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._server = server.Server(
            uvicorn.Config(self._dispatch, interface="asgi3", log_config=None, lifespan="off")
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})
        self._thread.start()

    async def _dispatch(self, scope, receive, send) -> None:
        await self.app(scope, receive, send)

    def stop(self) -> None:
        self._server.over.set_result(None)
        self._thread.join()
        self._listener.close()
