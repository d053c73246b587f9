"""A merchant that ends at its call of a given number; its last words hold its key.

`python dying_merchant.py PORT NUMBER`
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

PORT, LAST = int(sys.argv[1]), int(sys.argv[2])


class Handler(BaseHTTPRequestHandler):
    """Allows every payment, until it does not any more."""

    calls = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer: object = {}
        if self.path == "/pay":
            type(self).calls += 1
            if self.calls >= LAST:
                print(
                    "out of memory, the key was",
                    os.environ["TEST_KEY"],
                    file=sys.stderr,
                    flush=True,
                )
                os._exit(70)
            answer = {"id": json.loads(body)["id"], "result": {"allow": True}}
        raw = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
