# In: a handler written for Flask. Out: the same handler behind a loopback port, on Python's standard
# library alone: the few names that the documents' handlers use, with Flask's meaning.
import json as _json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Abort(Exception):
    def __init__(self, status):
        super().__init__(status)
        self.status = status


def abort(status):
    raise _Abort(status)


class _Request:
    method = ""
    headers = {}
    _data = b""

    def get_data(self):
        return self._data

    def get_json(self):
        # Flask refuses what is not sent as JSON, and what is none.
        if not self.headers.get("Content-Type", "").split(";")[0].strip().endswith("json"):
            abort(415)
        try:
            return _json.loads(self._data)
        except ValueError:
            abort(400)

    @property
    def json(self):
        return self.get_json()


# One request at a time: there is only this one object for all of them.
request = _Request()
_turn = threading.Lock()


class Flask:
    def __init__(self, name):
        self.routes = {}

    def route(self, path, methods=("GET",)):
        def register(handler):
            for method in methods:
                self.routes[(method, path)] = handler
            return handler

        return register

    def post(self, path):
        return self.route(path, methods=["POST"])

    def answer(self):
        handler = self.routes.get((request.method, request.path))
        if handler is None:
            known = any(path == request.path for _, path in self.routes)
            return b"", 405 if known else 404
        try:
            result = handler()
        except _Abort as stop:
            return b"", stop.status
        except Exception as error:
            print(repr(error), file=sys.stderr, flush=True)
            return b"", 500
        body, status = result if isinstance(result, tuple) else (result, 200)
        return (_json.dumps(body) if isinstance(body, dict) else body).encode(), status


def make_server(host, port, app):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self):
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with _turn:
                request.method = self.command
                request.path = self.path.split("?")[0]
                request.headers = self.headers
                request._data = data
                body, status = app.answer()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = _handle

        def log_request(self, code="-", size="-"):
            code = getattr(code, "value", code)
            sys.stderr.write(f'127.0.0.1 - - [] "{self.requestline}" {code} -\n')
            sys.stderr.flush()

    return ThreadingHTTPServer((host, port), Handler)
