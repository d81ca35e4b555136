"""Services of all kinds, of the standard library alone."""

SERVING = """
import http.server, json, os, urllib.request
class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        other = os.environ.get("OTHER")
        found = json.load(urllib.request.urlopen(other, timeout=5)) if other and self.path != "/health" else None
        body = json.dumps({"service": os.environ["NAME"], "other": found}).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), App).serve_forever()
"""

WORKING = """
import json, os, signal, time, urllib.request
VERSION = "1"
stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
def sqs(action, **parameters):
    headers = {"X-Amz-Target": f"AmazonSQS.{action}", "Content-Type": "application/x-amz-json-1.0",
               "Authorization": f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/20260101/us-east-1/sqs/aws4_request"}
    body = json.dumps({"QueueUrl": os.environ["QUEUE_URL"], **parameters}).encode()
    with urllib.request.urlopen(urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, headers), timeout=10) as answer:
        return json.loads(answer.read() or "{}")
while not stopped:
    for message in sqs("ReceiveMessage", MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", []):
        if message["Body"] == "poison":
            continue
        time.sleep(0.01)
        print(VERSION, message["Body"], flush=True)
        sqs("DeleteMessage", ReceiptHandle=message["ReceiptHandle"])
print("stops", flush=True)
"""

RUNNING = "import os; print('ran as', os.environ['NAME'])"

SERVICES = {
    "front": ("kind: web\ncalls: [api]\nhttp: {path: /front, health: {path: /health}}\nenv: {NAME: front, OTHER: 'http://api:9000/'}", SERVING),
    "api": ("kind: backend\nport: 9000\nruns_on: ec2\nmemory: 128\nenv: {NAME: api}", SERVING),
    "mail": ("kind: worker\nqueue: {visibility_timeout: 5, max_receives: 2}", WORKING),
    "nightly": ("kind: job\nschedule: rate(1 day)\nenv: {NAME: nightly}", RUNNING),
    "migrate": ("kind: task\nenv: {NAME: migrate}", RUNNING),
}  # fmt: skip
"""Name to service.yaml and main.py."""
