"""Log lines: one JSON object a line, with the request's id and without personal data.

A request is named by its route, never by its path or query (these may hold a token or a name). An exception is named
by its type and where it rose, never by its message (a database error quotes the row it refused).
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

request_id: ContextVar[str] = ContextVar("request_id", default="")


def route_of(request: HttpRequest) -> str:
    """The name of the route that answered, or a word for none."""
    match = request.resolver_match
    return match.view_name if match and match.view_name else "unknown"


def _message(record: logging.LogRecord) -> str:
    if record.name.startswith("django.security"):
        return "refused as suspicious"
    if record.name.startswith("django.request") or isinstance(getattr(record, "request", None), HttpRequest):
        return "answered with an error"
    return record.getMessage()


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        if identifier := request_id.get():
            line["request"] = identifier
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            line["route"] = route_of(request)
            line["method"] = request.method
            line["status"] = getattr(record, "status_code", None)
        for name, value in getattr(record, "facts", {}).items():
            line[name] = value
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__qualname__
            line["where"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(record.exc_info[2])
            ][-12:]
        return json.dumps(line, ensure_ascii=False, default=str)
