"""What must come out of a run, by column of the table; each function gives what is wrong, and nothing where it is well.

A client's word is never taken for what happened: rows of the databases and records of the log say that.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.clients.conversation import Told
from tests.clients.roster import ERAS, Client, Example
from tests.clients.stage import Stage

ASKING = {"begin_task", "request_access", "end_task"}
TOOLS = {"account_read", "ask_the_void", "count_slowly", "pay", "pay_slowly", "vault_code", "write"}
CLEAR = ("Owner 1", "owner1@bank.example", "+49 30 0000001", "4000000000000001", "dear diary 1", "pin1")
REFUSAL = {
    "refused": "value_not_allowed",
    "hint": "`account_id` is outside what this task may do; tools/list shows the limits",
    "retryable": False,
}
SHOWN = {
    "id": "1",
    "owner": r"psn-person-[a-p]{32}",
    "email": r"hdl-email-[a-z2-7]{26}",
    "phone": "None",
    "card": r"\*{4}0001",
    "diary": r"\[free-text\]",
}
_CANCELLED_WITHIN = 15_000_000  # microseconds; the tool's own limit is 20 seconds
Problems = Iterator[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What stands in the bank after a run."""

    paid: list[tuple[object, ...]]  # (account, amount) of this run's amount
    written: list[tuple[object, ...]]  # (recipient,) of this run's subject


def effects(stage: Stage, told: Told) -> Effects:
    return Effects(
        paid=stage.rows("bank.db", "SELECT account_id, amount FROM payment WHERE amount = ?", told.amount),
        written=stage.rows("bank.db", "SELECT recipient FROM letter WHERE subject = ?", f"about {told.amount}"),
    )


def of_client(told: Told, of: Client, found: Effects) -> dict[str, list[str]]:
    """Column -> what is wrong; without the steps that this client cannot take."""
    judged = {
        "list": list_(told, of),
        "call": call(told, found),
        "refusal": refusal(told, of, found),
        "masked": masked(told, found),
        "cancel": cancel(told),
        "record": record(told, of),
    }
    return {column: list(problems) for column, problems in judged.items() if column not in told.run.cannot}


def list_(told: Told, of: Client) -> Problems:
    said = told.steps.get("list", {})
    tools = said.get("tools", {})
    wanted = ERAS[told.run.era] if of.says_protocol else None
    if said.get("protocol", "?") != wanted:
        yield f"the protocol is {said.get('protocol')}"
    if set(tools) != {f"bank__{name}" for name in TOOLS} | (ASKING if told.run.way == "static" else set()):
        yield f"the tools are {sorted(tools)}"
        return
    pay = tools["bank__pay"]["properties"]
    if (pay["account_id"].get("const"), pay["amount"].get("maximum")) != (1, 100000):
        yield f"the limits of the task are not in the schema: {pay}"


def call(told: Told, found: Effects) -> Problems:
    rows = served(told, "call")
    if [(row.get("account_id"), row.get("amount")) for row in rows] != [(1, told.amount)]:
        yield f"the answer is {told.steps.get('call')}"
    if found.paid != [(1, told.amount)]:
        yield f"the bank has {found.paid}"


def refusal(told: Told, of: Client, found: Effects) -> Problems:
    said = told.steps.get("refusal", {})
    if said.get("kind") != "refused" or parsed(said.get("text")) != REFUSAL:
        yield f"the answer is {said}"
    if any(account != 1 for account, _ in found.paid):
        yield f"the bank has {found.paid}"
    unknown = told.steps.get("unknown", {})
    text = str(unknown.get("text"))
    as_told = of.unknown == "absent" or text.endswith("Unknown tool: bank__whole_bank")
    if unknown.get("kind") != of.unknown or not as_told or (of.unknown == "error" and not text.startswith("-32602 ")):
        yield f"a tool that is not there: {unknown}"


def masked(told: Told, found: Effects) -> Problems:
    for step in ("masked", "after"):
        rows = served(told, step)
        if len(rows) != 1 or not is_masked(rows[0]):
            yield f"the answer is {told.steps.get(step)}"
    if told.steps.get("handle", {}).get("kind") != "served" or found.written != [("owner1@bank.example",)]:
        yield f"the handle did not reach the one it stands for: {told.steps.get('handle')}, {found.written}"
    yield from (f"`{value}` came out" for value in CLEAR if value in told.said or value in told.trouble)


def cancel(told: Told) -> Problems:
    if told.steps.get("cancel") != {"ended": "given up"}:
        yield f"the client says {told.steps.get('cancel')}"
    records = [(at, one) for at, one in enumerate(told.records) if one.get("tool") == "bank.count_slowly"]
    ends = [(at, one) for at, one in records if one["kind"] == "call.outcome"]
    if len(ends) != 1:
        yield f"on record of the call: {[one['kind'] for _, one in records]}"
        return
    at, end = ends[0]
    if (end["status"], end["effect"]) != ("failed", "none") or not end["duration_us"] < _CANCELLED_WITHIN:
        yield f"the tool went on: {end['status']}, effect {end['effect']}, {end['duration_us']} µs"
    if not any(one["kind"] == "call.intent" for one in told.records[at:]):
        yield "it ended when the client left, not when it gave up"


def record(told: Told, of: Client) -> Problems:
    """One chain a call, in the order of the calls, and nothing else."""
    wanted = [("bank.pay", "served"), ("bank.pay", "value_not_allowed")]
    wanted += [] if of.unknown == "absent" else [("bank.whole_bank", "unknown_tool")]
    wanted += [("bank.account_read", "served"), ("bank.write", "served")]
    wanted += [("bank.count_slowly", "source_failed")] if "cancel" not in told.run.cannot else []
    wanted += [("bank.account_read", "served")]
    if len(told.tasks) != 1:
        yield f"it opened {len(told.tasks)} tasks"
    yield from chains(told, wanted)


def chains(told: Told, wanted: list[tuple[str, str]]) -> Problems:
    if told.code != 0:
        how = "had to be ended" if told.code is None else f"ended with {told.code}"
        yield f"the program {how}: {told.trouble.strip()[-600:]}"
    calls: dict[object, list[dict[str, object]]] = {}
    for one in told.records:
        if str(one["kind"]).startswith("call."):
            calls.setdefault(one["call"], []).append(one)
    # The broker's own lookups, while the task opened, are not the client's.
    found = [(str(of[0]["tool"]), ended(of)) for of in calls.values() if not of[0].get("lookup")]
    if found != wanted:
        yield f"on record: {found}, not {wanted}"


def ended(chain: list[dict[str, object]]) -> str:
    """How a call ended; its kinds where they are no chain."""
    match [one["kind"] for one in chain]:
        case ["call.denied"]:
            return str(chain[0]["reason"])
        case ["call.intent", "call.outcome"]:
            return str(chain[1]["reason"] if "reason" in chain[1] else chain[1]["status"])
        case kinds:
            return " ".join(map(str, kinds))


def example(told: Told, of: Example, emails: list[str]) -> Problems:
    yield from chains(told, list(of.calls))
    yield from (f"it does not say `{text}`" for text in of.says if text not in told.said)
    yield from (f"`{one}` came out" for one in emails if one in told.said or one in told.trouble)


def served(told: Told, step: str) -> list[dict[str, object]]:
    """The rows of a step that was served; its text and its structure say the same, where a client gives both."""
    said = told.steps.get(step, {})
    both = [one for one in (parsed(said.get("text")), said.get("structured")) if one is not None]
    if said.get("kind") != "served" or not both or any(one != both[0] for one in both):
        return []
    return both[0]["rows"]


def is_masked(row: dict[str, object]) -> bool:
    return set(row) == set(SHOWN) and all(re.fullmatch(SHOWN[name], str(value)) for name, value in row.items())


def parsed(text: object) -> object:
    try:
        return json.loads(str(text))
    except ValueError:
        return None
