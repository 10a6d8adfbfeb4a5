"""HQ's real server on a free port, in a thread of this process, once for all tests."""

import socket
import threading

import uvicorn


class Server:
    """HQ's web application behind a real uvicorn on a free port; which HQ it serves can be changed."""

    def __init__(self) -> None:
        self.app = None
        # A socket that says it is TCP, or each answer would wait 40 ms (see hq/serve.py).
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(self._dispatch, interface="asgi3", log_config=None, lifespan="off")
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]})
        self._thread.start()

    async def _dispatch(self, scope, receive, send) -> None:
        await self.app(scope, receive, send)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()
