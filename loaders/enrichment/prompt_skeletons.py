"""Raw prompts to skeletons: what is left when code, quotes, links, numbers and names are masked.

A template filled in a million times has one skeleton or a few, and nothing of what it was filled
with. Skeletons are text expressions of Ibis, so that masking runs where the prompts are.
"""

from __future__ import annotations

from typing import Any

# No more of a skeleton is looked at: what makes templates alike is at the start, and time is
# bounded.
SKELETON_LENGTH = 2_000
EXEMPLAR_LENGTH = 300
# Accounts that have to send prompts of a cluster in one load before one of them is kept to be
# looked at. What masks leave of a prompt may still tell of whoever wrote it; what as many accounts
# send as the smallest ring has is a template that goes round.
EXEMPLAR_SENDERS = 5

# Masks in the order they are applied, as RE2 patterns: pattern and replacement.
MASKS: tuple[tuple[str, str], ...] = (
    (r"(?s)```.*?(```|$)", " <code> "),
    (r"`[^`\n]*`", " <code> "),
    (r"(?i)\b(https?://|www\.)\S+", " <url> "),
    (r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+", " <email> "),
    (r"(?s)\"[^\"]*\"|“[^”]*”|«[^»]*»", " <quote> "),
    (r"(^|[\s(\[{:=,])'[^'\n]*'", r"\1 <quote> "),
    (r"[\w.,:/%+$€£#-]*\d[\w.,:/%+-]*", " <number> "),
    # Capitalised words inside a sentence; at its start nobody can tell them from any word.
    (r"([\p{Ll},;)>]\s+)\p{Lu}[\p{L}'’-]*(\s+\p{Lu}[\p{L}'’-]*)*", r"\1<name>"),
    # Greeted or signed names.
    (r"\b(Mr|Mrs|Ms|Dr|Prof|Dear|Hi|Hello|Hey)\.?\s+\p{Lu}[\p{L}'’-]+", r"\1 <name>"),
)
# How often something stands in a row says nothing.
_REPEATS: tuple[tuple[str, str], ...] = tuple(
    (rf"(<{kind}>)([\s,;.]*<{kind}>)+", r"\1")
    for kind in ("code", "url", "email", "quote", "number", "name")
)


def masked(prompt: Any) -> Any:
    """The skeleton of a prompt, as an Ibis expression of text; null when nothing is left."""
    for pattern, replacement in MASKS:
        prompt = prompt.re_replace(pattern, replacement)
    prompt = prompt.re_replace(r"\s+", " ")
    for pattern, replacement in _REPEATS:
        prompt = prompt.re_replace(pattern, replacement)
    prompt = prompt.re_replace(r" ([?!.,;:)\]])", r"\1")  # the masks leave blanks around them
    return prompt.lower().strip().substr(0, SKELETON_LENGTH).nullif("")
