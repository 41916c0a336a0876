"""Ask the portal whether it is well: for a container's health check, without a browser or curl.

HEALTH_URL says where it listens; the Host header is the first of ALLOWED_HOSTS, as a proxy would send it.
"""

import json
import os
import sys
import urllib.error
import urllib.request

ADDRESS = os.environ.get("HEALTH_URL") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/health/"
HOST = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".*")


def main(parts: list[str]) -> int:
    """0 when the portal answers, and each named part (queue, clock) says that it is well."""
    request = urllib.request.Request(ADDRESS, headers={"Host": HOST})  # noqa: S310  (our own http address)
    try:
        with urllib.request.urlopen(request, timeout=8) as answer:  # noqa: S310  (our own http address)
            facts = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError) as error:
        print(f"no answer from {ADDRESS}: {error}")
        return 1
    print(json.dumps(facts))
    return 0 if all(facts.get(part) == "ok" for part in ["database", *parts]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
