"""A tiny product: a real process that answers, reads its parameters anew, and breaks when it is told to."""

import textwrap

MANIFEST = """
name: customer-records
serve:
  command: [python, serve.py, "{port}", "{parameters}"]
  environment: {ACCESS_LOG: "{access_log}", FLAG_URL: "{flag_url}", FLAG_TOKEN: "{flag_token}"}
  health: /healthz
  metrics: /metrics
  start-seconds: 5
parameters:
  memory: {default: 256, low: 128, high: 1024, unit: MB, meaning: What one conversion may take.}
"""

SERVE = textwrap.dedent(
    """
    import json, os, sys, time
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    port, parameters = int(sys.argv[1]), sys.argv[2]
    VERSION = "one"

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/die":
                os._exit(3)
            told = {
                "version": VERSION,
                "pid": os.getpid(),
                "parameters": json.load(open(parameters)),
                "environment": dict(os.environ),
            }
            body = b"answers 1\\n" if self.path == "/metrics" else json.dumps(told).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Answers).serve_forever()
    """
)

FILES = {".headrace/product.yaml": MANIFEST, "serve.py": SERVE}
SECOND = {**FILES, "serve.py": SERVE.replace('"one"', '"two"')}
BROKEN = {**FILES, "serve.py": 'raise SystemExit("the configuration is missing")'}
SILENT = {
    "serve.py": "import time; time.sleep(60)",
    ".headrace/product.yaml": MANIFEST.replace("start-seconds: 5", "start-seconds: 0.5"),
}
