"""Run inside a container by its own Python: sends the request on stdin to the server there, prints status and body."""

import json
import sys
import urllib.error
import urllib.request

asked = json.load(sys.stdin)
body = json.dumps(asked["body"]).encode() if asked.get("body") is not None else None
request = urllib.request.Request("http://127.0.0.1:8080" + asked["path"], data=body)
try:
    with urllib.request.urlopen(request, timeout=20) as response:
        answer = {"status": response.status, "body": response.read().decode()}
except urllib.error.HTTPError as refused:
    answer = {"status": refused.code, "body": refused.read().decode()}
except OSError as unreachable:
    answer = {"status": 0, "body": str(unreachable)}
json.dump(answer, sys.stdout)
