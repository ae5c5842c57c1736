"""What requests hold and responses are, for validation and the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from ringleader.schema import Schema

Text = Annotated[str, Field(min_length=1, max_length=4_096)]
MOST_TARGETS = 500


class Error(BaseModel):
    """Why a request was not answered."""

    error: str
    hint: str | None = None


class Rows(BaseModel):
    """Rows of an answer."""

    columns: list[str]
    rows: list[dict[str, Any]]
    messages: list[str] = []
    cut: bool = False


class RingPage(BaseModel):
    """A ring: its evidence, members and history."""

    ring_id: str
    score: float
    families: dict[str, float]
    lines: list[str]
    evidence: list[dict[str, Any]]
    members: list[dict[str, Any]]
    history: list[dict[str, Any]]


class RingCase(BaseModel):
    """All that the console shows of a ring: what the report has, and the work on it."""

    model_config = ConfigDict(extra="allow")
    id: str
    size: int
    score: float
    facts: list[dict[str, Any]]
    days: list[dict[str, Any]]
    exemplars: list[dict[str, Any]]
    history: list[dict[str, Any]]
    reviews: list[dict[str, Any]]
    assignments: list[dict[str, Any]]
    owner: str | None
    seen: str
    assignment: str


class Compared(BaseModel):
    """Two rings, what members of both use, and the links between them."""

    rings: list[dict[str, Any]]
    shared: list[dict[str, Any]]
    across: list[dict[str, Any]]


class IdentifierPage(BaseModel):
    """An identifier: what is known of it, and who uses it."""

    known: dict[str, Any]
    users: dict[str, Any]


class WhyNotPage(BaseModel):
    """How an account stands to rings, kind by kind."""

    account_id: str
    rings: list[str]
    factors: list[dict[str, Any]]
    lines: list[str]


class Jobs(BaseModel):
    """Jobs that the settings declare, and their runs."""

    jobs: list[dict[str, Any]]
    runs: list[dict[str, Any]]


class CheckedShared(BaseModel):
    """An identifier that an account and a ring have in common."""

    label: str
    key: str
    members: int
    owned: bool
    outside: int | None


class CheckedRing(BaseModel):
    """How an account stands to one ring."""

    ring_id: str
    size: int
    member: bool
    joins: bool
    bits: float
    asked: float
    by_kind: dict[str, float]
    lives_on: list[str]
    shared: list[CheckedShared]
    shared_in_all: int
    against: list[str]
    missing: list[str]
    review: str | None


class Replaced(BaseModel):
    """An account that lost its access, and that the checked one may replace."""

    account_id: str
    status: str
    hours_after: float
    bits: float
    shared: list[dict[str, Any]]


class Checked(BaseModel):
    """Whether an account belongs to a known ring."""

    account_id: str | None
    outcome: Literal["joins", "near", "hub only", "nothing known"]
    code: str
    reason: str
    rings: list[CheckedRing]
    run: str
    run_finished_at: datetime
    age_seconds: float
    replaces: list[Replaced]


class AccountPage(BaseModel):
    """An account: what is known of it, how it stands to rings, and why it is in one."""

    summary: dict[str, Any]
    check: Checked
    membership: list[str]


class QueryPage(BaseModel):
    """A stored query."""

    name: str
    folder: str
    question: str
    parameters: list[dict[str, Any]]
    columns: list[str]


class Ask(BaseModel):
    """A stored query's parameters."""

    model_config = ConfigDict(extra="forbid")
    parameters: dict[str, Any] = {}
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1_000


class Decide(BaseModel):
    """A decision on rings and accounts."""

    model_config = ConfigDict(extra="forbid")
    targets: Annotated[list[Text], Field(min_length=1, max_length=MOST_TARGETS)]
    verdict: Literal["confirm", "reject", "watch", "withdraw"]
    note: Text
    seen: Annotated[dict[str, str], Field(max_length=MOST_TARGETS)] = {}


class Foresee(BaseModel):
    """A decision whose effect is asked for, before it is taken."""

    model_config = ConfigDict(extra="forbid")
    targets: Annotated[list[Text], Field(min_length=1, max_length=MOST_TARGETS)]
    verdict: Literal["confirm", "reject", "watch", "withdraw"]


class Foreseen(BaseModel):
    """What a decision on one thing will do at the next run."""

    target: str
    kind: str
    verdict: str
    removes: int
    keeps: int
    text: str
    seen: str
    last: str


class PinIt(BaseModel):
    """A verdict on an identifier; `none` takes back what was pinned."""

    model_config = ConfigDict(extra="forbid")
    label: Text
    key: Text
    verdict: Literal["owned", "widely shared", "none"]
    note: Text


class Assign(BaseModel):
    """Rings for somebody; without an owner they are given back."""

    model_config = ConfigDict(extra="forbid")
    rings: Annotated[list[Text], Field(min_length=1, max_length=MOST_TARGETS)]
    owner: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    note: Annotated[str, Field(max_length=4_096)] = ""
    seen: Annotated[dict[str, str], Field(max_length=MOST_TARGETS)] = {}


class Cypher(BaseModel):
    """A statement that reads."""

    model_config = ConfigDict(extra="forbid")
    statement: Annotated[str, Field(min_length=1, max_length=20_000)]
    parameters: dict[str, Any] = {}
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1_000


class Neighbours(BaseModel):
    """What an account or identifier is tied to."""

    label: str
    key: str
    neighbours: list[dict[str, Any]]
    in_all: int
    users: int
    ring_id: str | None
    status: str | None


class Shadow(BaseModel):
    """A shadow run: detection with other settings, of which nothing is written."""

    model_config = ConfigDict(extra="forbid")
    algorithm: Literal["leiden", "louvain"] = "leiden"
    parameters: Annotated[dict[str, int | float], Field(max_length=100)] = {}


class Shadowed(BaseModel):
    """How the last shadow run stands, and how the rings would differ when it is done."""

    state: Literal["none", "running", "done", "failed"]
    by: str | None
    began: datetime | None
    seconds: float | None
    settings: dict[str, Any]
    columns: list[str]
    rows: list[dict[str, Any]]
    messages: list[str]
    error: str | None


class Started(BaseModel):
    """A job that was started."""

    job: str
    pid: int


class Decided(BaseModel):
    """A decision that was written."""

    target: str
    kind: str
    verdict: str
    note: str
    by: str
    members: int
    returns_when: str | None


class AuditPage(BaseModel):
    """Lines of the audit log, the latest first, and what is wrong with its chain."""

    lines: list[dict[str, Any]]
    problems: list[str]


class Me(BaseModel):
    """Whose token it is and what it may do."""

    name: str
    role: str
    may: list[str]
    csrf: str | None = None
    account_link: str | None = None
    words: dict[str, dict[str, str]] = {}


class SessionPage(BaseModel):
    """Who is signed in, if anybody, and whether a provider of logins is set."""

    me: Me | None
    provider: bool


class SignIn(BaseModel):
    """A token, for a session."""

    model_config = ConfigDict(extra="forbid")
    token: Text


class Health(BaseModel):
    """Whether the service works."""

    status: str
    run: str | None = None
    run_finished_at: datetime | None = None


def known_model(columns: tuple[str, ...], schema: Schema) -> type[BaseModel]:
    """What is known of an account: the columns of the input contract that can be checked.

    Args:
        columns: Their names.
        schema: What accounts can share.
    """
    doc = {found.column: found.doc for found in schema.identifiers}
    several = Text | Annotated[list[Text], Field(max_length=100)] | None
    fields: dict[str, Any] = {
        name: (
            several if name in doc else Text | None,
            Field(default=None, description=doc.get(name)),
        )
        for name in columns
    }
    model: type[BaseModel] = create_model(
        "Known",
        __config__=ConfigDict(extra="forbid"),
        __doc__="What is known of an account: its id, or identifiers that are not loaded yet.",
        **fields,
    )
    return model
