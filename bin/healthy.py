"""Ask the portal whether it is well: for a container's health check, without a browser or curl.

HEALTH_AT says at which host and port it listens; the Host header is the first of ALLOWED_HOSTS, as a proxy would
send it.
"""

import json
import os
import sys
from http.client import HTTPConnection, HTTPException

WHERE = os.environ.get("HEALTH_AT") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
HOST = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".*")


def main(parts: list[str]) -> int:
    """0 when the portal answers, and each named part (queue, clock) says that it is well."""
    portal = HTTPConnection(WHERE, timeout=8)
    try:
        portal.request("GET", "/health/", headers={"Host": HOST})
        answer = portal.getresponse()
        facts = json.load(answer)
    except (HTTPException, OSError, ValueError) as error:
        print(f"no answer from {WHERE}: {error}")
        return 1
    finally:
        portal.close()
    print(json.dumps(facts))
    return 0 if answer.status == 200 and all(facts.get(part) == "ok" for part in ["database", *parts]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
