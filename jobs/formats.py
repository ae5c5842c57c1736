"""The same message in the format of its receiver: ours, Slack, Teams, PagerDuty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ringleader.jobs.messages import Message

# Where text of the data stands, `<` and `&` could begin a link or a mention.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def _ours(message: Message, _id: str, _secret: str) -> dict[str, Any]:
    return message.body


def _slack(message: Message, _id: str, _secret: str) -> dict[str, Any]:
    lines = "\n".join(f"• {line}" for line in message.lines).translate(_ESCAPES)
    title = message.title.translate(_ESCAPES)
    return {
        "text": title,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": f"*{title}*\n{lines}"[:3000]}}
        ],
    }


def _teams(message: Message, _id: str, _secret: str) -> dict[str, Any]:
    def block(text: str, **more: Any) -> dict[str, Any]:
        return {"type": "TextBlock", "text": text, "wrap": True, **more}

    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            block(message.title, weight="Bolder", size="Medium"),
            *(block(line, spacing="Small") for line in message.lines),
        ],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "content": card}]}


def _pagerduty(message: Message, id_: str, secret: str) -> dict[str, Any]:
    return {
        "routing_key": secret,
        "event_action": "trigger",
        "dedup_key": id_,
        "payload": {
            "summary": message.title[:1024],
            "source": "ringleader",
            "severity": message.severity,
            "custom_details": {"lines": list(message.lines), **message.data},
        },
    }


# From a message, its id and the receiver's secret to what is sent.
FORMATS: dict[str, Callable[[Message, str, str], dict[str, Any]]] = {
    "ringleader": _ours,
    "slack": _slack,
    "teams": _teams,
    "pagerduty": _pagerduty,
}
# Dresses that are not signed: their receivers know the sender by the address, or by a routing key.
UNSIGNED = ("slack", "teams")
