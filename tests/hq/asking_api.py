"""Another program at HQ's API, and a person at its console, each over a real port."""

import re
from contextlib import contextmanager

import orjson

from hq.access.actor import SYSTEM
from hq.access.api_keys import create_key
from hq.access.scopes import Scope
from tests.hq.server import serving


class Api:
    """Asks the API with a key; answers are what `requests` returns."""

    def __init__(self, web, text):
        self.web, self.text = web, text

    def ask(self, method, target, body=None, **headers):
        sent = {
            "Authorization": f"Bearer {self.text}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if body is not None:
            sent["Content-Type"] = "application/json"
        return self.web.ask(
            method, target, content=None if body is None else orjson.dumps(body), headers=sent
        )

    def get(self, target, **headers):
        return self.ask("GET", target, **headers)

    def post(self, target, body=None, **headers):
        return self.ask("POST", target, {} if body is None else body, **headers)

    def put(self, target, body, **headers):
        return self.ask("PUT", target, body, **headers)

    def patch(self, target, body, **headers):
        return self.ask("PATCH", target, body, **headers)

    def delete(self, target, **headers):
        return self.ask("DELETE", target, **headers)


class Console:
    """A browser without script at the console: forms are filled in by the names of their fields."""

    def __init__(self, web):
        self.web = web
        self._csrf = ""

    def get(self, target):
        answer = self.web.get(target)
        if found := re.search(r'name="csrf" value="([^"]+)"', answer.text):
            self._csrf = found[1]
        return answer

    def send(self, target, **fields):
        answer = self.web.post(target, content={"csrf": self._csrf, **fields})
        if found := re.search(r'name="csrf" value="([^"]+)"', answer.text):
            self._csrf = found[1]
        return answer

    def upload(self, target, fields, **files):
        """Send a form with files: their bytes by the names of their fields."""
        named = {name: (f"{name}.png", content) for name, content in files.items()}
        return self.web.ask("POST", target, content={"csrf": self._csrf, **fields}, files=named)

    def sign_in(self, name, password):
        return self.send("/console/sign-in", name=name, password=password)


@contextmanager
def api_of(hq, *scopes, ceilings=None):
    """Serve an HQ and ask it with a key that has these rights, or all."""
    _, text = create_key(hq, SYSTEM, name="test", scopes=scopes or tuple(Scope), ceilings=ceilings)
    with serving(hq) as web:
        yield Api(web, text)
