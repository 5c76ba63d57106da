"""The promises of this version: where each comes from, and the sentence that at least one test proves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Requirement:
    id: str
    source: str  # the chapter of the plan
    sentence: str


REQUIREMENTS = (
    # The twelve that always hold.
    Requirement("unrecorded-not-run", "invariant 1", "Without a durable intent nothing runs."),
    Requirement("unclosed-not-shown", "invariant 1", "Without a durable outcome nothing is shown."),
    Requirement("record-total", "invariant 1", "A record can be made of any request, within its bound."),
    Requirement("latch", "invariant 1", "Storage that fails or hangs closes the broker until it is reopened."),
    Requirement(
        "unmasked-stays-inside", "invariant 2", "Nothing leaves but masked content; a tool's own words stay inside."
    ),
    Requirement(
        "label-before-shown", "invariant 3", "A task's label is raised in the transaction that closes the call."
    ),
    Requirement("decided-afresh", "invariant 4", "What ended or changed meanwhile is seen before anything is shown."),
    Requirement("no-truth", "invariant 5", "A decision has no truth value."),
    Requirement(
        "strictest-reading", "invariant 6", "Unknown, absent and unparsable are read as the strictest there is."
    ),
    Requirement("not-yet-refused", "invariant 6", "A key that is not supported yet is refused when files are loaded."),
    Requirement("hint", "invariant 7", "The agent hears a code with a hint; no exception text, value or hidden name."),
    Requirement("bug-refuses", "invariant 8", "A bug refuses, through the one broad except; refusals are values."),
    Requirement("shown-is-decided", "invariant 9", "tools/list, the decision and every cache read one compiled grant."),
    Requirement("only-path", "invariant 10", "There is one path to a tool, and each checkpoint has one maker."),
    Requirement("linear", "invariant 11", "What others write is evaluated in time linear in its size, within caps."),
    Requirement(
        "label-from-leaves", "invariant 12", "Labels come from declared leaves, whatever a value says of itself."
    ),
    # The floors.
    Requirement("floors", "design 3", "A floor imports only the floors below it; there is no circle."),
    # The story of a call.
    Requirement(
        "identify", "design 4.1", "Whoever is not known by a whole token is refused, and nothing is looked up."
    ),
    Requirement(
        "strangers-counted", "design 4.1", "Strangers are counted by the minute, none is lost, none fills the log."
    ),
    Requirement("find", "design 4.2", "What is not in the grant is unknown."),
    Requirement("canary", "design 4.2", "A canary ends the task of whoever calls it."),
    Requirement("canonical", "design 4.3", "A text argument has one spelling by its policy, or is refused."),
    Requirement("narrowed-schema", "design 4.3", "Arguments are held to the tool's schema as the scope narrows it."),
    Requirement("hours", "design 4.4", "Outside the scope's hours nothing is permitted."),
    Requirement("intent-together", "design 4.6", "State, budgets and the intent are one transaction."),
    Requirement("no-blind-repeat", "design 4.6", "An identical call whose effect nobody knows is not sent again."),
    Requirement("abandoned", "design 4.7", "What was intended and not sent is on record as abandoned."),
    Requirement("deadline", "design 4.8", "A tool that does not answer in time is cut off."),
    Requirement("cancel", "design 4.8", "A call that is cancelled at any wait has its end on record."),
    Requirement("size-limits", "design 4.8", "No more rows or bytes than were reserved are read or shown."),
    Requirement("published-schema", "design 4.10", "A result fits its published schema or is withheld."),
    Requirement("answers", "design 4.12", "A served, a refused and an unknown call each have their one shape."),
    # Ingress.
    Requirement(
        "one-reading", "design 11", "A body with two readings is refused: duplicate keys, NaN, huge numbers, depth."
    ),
    Requirement("any-bytes", "design 11", "Any bytes are read or refused, without a crash."),
    Requirement("answered-for", "design 11", "Of hostile requests each is recorded once, or counted as a stranger's."),
    Requirement("own-tools", "design 11", "A token is shown its own tools, and a list is for its caller alone."),
    Requirement("token-each-request", "design 11", "In both protocol eras each request is decided by its own token."),
    Requirement(
        "strangers-401", "decision 4", "Without a good token the answer is HTTP 401, and nothing is looked up."
    ),
    Requirement("names", "design 11", "Another Host and a browser's page are turned away."),
    Requirement("max-body", "design 11", "A body beyond the limit is not read."),
    Requirement("loopback", "design 11", "Without a certificate the broker listens on loopback alone."),
    Requirement(
        "certificate", "design 11", "A certificate that changed is shown to whoever connects next; a broken pair never."
    ),
    Requirement("proxies", "design 11", "What is forwarded counts where a named proxy says it, in one form."),
    Requirement("public-url", "design 11", "How agents reach the broker stands in its settings, and in no header."),
    Requirement("not-in-url", "design 11", "A credential in a URL is refused, and stands in no log and no record."),
    Requirement("not-held", "design 11", "Half a request, or none, holds a connection for seconds and not for ever."),
    Requirement("cancel-eras", "design 11", "A client that gives up stops its own tool, and no other's, in both eras."),
    Requirement("ready", "design 11", "Watchers hear whether it lives and is ready, and why not."),
    # Tokens and tasks.
    Requirement("proof", "design 7", "A proof of possession is for one key, one request, one moment, and one use."),
    Requirement("token-whole", "design 7", "A token with anything changed, moved or added is no token."),
    Requirement("narrowing", "design 7", "A call is permitted only where every block of its token permits it."),
    Requirement("token-vectors", "design 7", "Each golden vector is accepted, or refused for the one reason it names."),
    Requirement("uniform-refusal", "design 7", "Whatever is wrong with a token or a proof, outside it is one answer."),
    Requirement("token-nowhere", "design 7", "No answer, log, record or export holds a part of a token or its hash."),
    Requirement("token-bounded", "design 7", "What a token costs is bounded before it is read."),
    Requirement("seal-required", "design 7", "A bearer token is given only where the scope says `seal`."),
    Requirement(
        "said-by",
        "design 7",
        "A task rests on what a person said or the broker looked up; what an agent says proves nothing.",
    ),
    Requirement("lookup-proves", "design 7", "A lookup that finds nothing for this user opens no task."),
    Requirement("task-end-destroys", "design 7", "The end of a task destroys its key, handles, ledger and subjects."),
    Requirement("revision", "decision 7", "A changed scope or tool ends the tasks that were opened under it."),
    # Taking back and putting on hold.
    Requirement(
        "revoked",
        "design 7",
        "What rests on what was revoked begins nothing and is shown nothing, from that moment on.",
    ),
    Requirement("revoked-alone", "design 7", "What stands above or beside what was revoked lives on."),
    Requirement("revoked-before", "design 7", "The log's order decides what a revocation reaches, and no clock."),
    Requirement("revoked-named", "design 7", "A call's records name what can be revoked, and nothing to call with."),
    Requirement("frozen", "design 7", "What is frozen is neither called, listed nor opened until it is thawed."),
    Requirement("frozen-stops", "design 7", "A freeze stops what runs, and what its tool did is on record."),
    Requirement(
        "acts-named", "design 7", "An act needs a name that exists and a reason; a freeze shows what it stops."
    ),
    # The files.
    Requirement(
        "yaml-plain", "formats 1", "YAML that means more than it shows is refused; the field decides a scalar."
    ),
    Requirement("all-at-once", "formats 1", "Every mistake of a file is told at once, with its place and its mend."),
    Requirement("predicate-is-schema", "formats 2", "What decides and what agents read agree on every value."),
    Requirement("links-none", "formats 2", "A text argument that holds a link is refused."),
    Requirement("addresses", "formats 2", "A mail address, URL or path is read as one thing, or refused."),
    Requirement("effect-agrees", "formats 3", "An effect softer than the statement shows needs a reason."),
    Requirement(
        "source-state", "formats 3", "Draft and retired sources are unknown; deprecated ones open no new task."
    ),
    Requirement("overdue", "formats 3", "An overdue source is warned about, or left out, as the house says."),
    Requirement(
        "guards", "formats 4", "A scope that lacks rows, zones, a ceiling or a bound on authority does not load."
    ),
    Requirement("cases", "formats 5", "Cases are typed by tool and scope, and every mistake in them is told."),
    Requirement("editor-schema", "formats 0", "The schemas for editors take what the parsers take."),
    # SQL.
    Requirement(
        "named-queries", "design 5", "A statement outside the closed grammar and the listed columns does not load."
    ),
    Requirement("rows", "formats 4", "Nothing of another customer is read or written, in any statement shape."),
    Requirement("probe", "design 8", "Where a guess at a masked column would tell, only a handle may stand."),
    Requirement("write-limit", "formats 3", "A write of more rows than said leaves nothing behind."),
    Requirement("bound", "design 5", "Arguments are bound as values; a text is never SQL."),
    # Masks and handles.
    Requirement("actions", "design 8", "Each action leaves what it says and no more."),
    Requirement("unlisted-dropped", "design 4.10", "A leaf that is not listed is dropped with its key."),
    Requirement("pseudonyms", "design 8", "Pseudonyms are equal inside a task and unlinkable outside it."),
    Requirement("handle-sink", "design 8", "A handle opens for its task, whole, in an argument that takes its class."),
    Requirement("handle-no-oracle", "design 8", "Each failed handle gets one answer; the third suspends the task."),
    Requirement("values-nowhere", "design 8", "Values lie nowhere in clear: store, log, process output."),
    # Budgets.
    Requirement(
        "budget-exact", "design 4.6", "A hundred parallel calls, and several processes, spend exactly what there is."
    ),
    Requirement("amounts", "formats 4", "A negative, zero, NaN or absent amount is no amount; sums are exact."),
    Requirement(
        "settled", "design 4.11", "What is settled follows how the call ended; what nobody knows counts as used."
    ),
    Requirement("subjects", "formats 4", "One person's data too many is withheld and not remembered."),
    Requirement(
        "ceiling", "formats 4", "A ceiling counts over all tasks of a user, an agent or a subject in a sliding window."
    ),
    Requirement("block-budget", "design 7", "A call debits every block above it that states a budget."),
    # The log.
    Requirement("no-values", "design 10", "A record tells the decision and no value."),
    Requirement("one-end", "design 10", "A call that began ends once; what a dead process left open is written off."),
    Requirement("tamper", "design 10", "Any change, cut, swap or fork of the log is found."),
    Requirement("verify-alone", "design 10", "The verifier runs alone, and a missing proof is no pass."),
    Requirement("checkpoint", "design 10", "Checkpoints are C2SP signed notes, equal to the reference."),
    Requirement("group-commit", "design 10", "Who waits shares one transaction; one work's failure is its own."),
    Requirement("one-log", "design 12", "Several processes write one log; the head is compared and swapped."),
    Requirement("crash", "design 12", "A killed process loses nothing that it acknowledged."),
    Requirement("file-gone", "design 12", "A database that is deleted or replaced is not written to."),
    Requirement("wal-gate", "design 12", "WAL only with an SQLite that does not lose commits."),
    # Servers behind the broker.
    Requirement("approved-only", "design 5", "Nothing of a server exists, and nothing of it runs, before approval."),
    Requirement("quarantine", "design 5", "What changed since its approval is quarantined, in words or in what runs."),
    Requirement("every-version", "design 5", "Servers of every protocol version are spoken to, over stdio and HTTP."),
    Requirement("numbers-only", "invariant 2", "Of a server's notifications numbers pass, and no word."),
    Requirement("asks-refused", "design 5", "A server that asks the agent's model or user for something is refused."),
    Requirement("sent-once", "design 4.8", "What may have reached a server is never sent again by us."),
    Requirement("faces", "design 5", "Tools, resources and prompts go one way; each name is of one face."),
    Requirement("media", "formats 4", "What no mask can read passes only where a grant names its kind."),
    Requirement("keyless-worker", "design 5", "A package's functions run in a process that holds no keys."),
    # Holders of tokens.
    Requirement("delegate-offline", "design 7", "A holder narrows its token for another key without asking anybody."),
    Requirement("sub-agent-name", "design 7", "A sub-agent is `root/name`; what it calls itself grants nothing."),
    Requirement("sessions-apart", "design 7", "An older session is of the task and the key that opened it."),
    Requirement("token-stays", "design 7", "A holder's client sends token and proof to the token's audience alone."),
    Requirement("key-file", "design 7", "A holder's key lies in a file for its user alone, or is not used."),
    # The connector.
    Requirement("token-only", "design 11", "The connector holds a token and nothing else, and says it nowhere."),
    Requirement("connector-key", "design 7", "With `--key` the connector signs each request, or it does not start."),
    Requirement("told-of-changes", "design 11", "Agents hear when their own lists change, in both protocol eras."),
    Requirement("told-how-far", "design 11", "Whoever asked hears how far its call has come, in both protocol eras."),
    Requirement(
        "same-doors", "design 11", "One request gets one decision and one record, whatever its era and its transport."
    ),
    Requirement("socket", "design 11", "A unix socket lets in whom its mode lets in, and is one broker's alone."),
    # The commands.
    Requirement(
        "calm", "commands", "What cannot be used is told in clear lines with the way out, without a traceback."
    ),
    Requirement("whole-or-not", "commands", "The broker does not start half configured, and ends with 0 when told to."),
    Requirement("replaces-nothing", "commands", "`init` replaces nothing, and its keys are for their own user alone."),
    Requirement("grant-token", "commands", "The last line of a grant is the token; a refusal says its reason."),
    Requirement("escaped", "commands", "What others wrote cannot act on the terminal."),
    Requirement("help", "commands", "Every help shows an example."),
    Requirement(
        "others",
        "commands",
        "The doctor is red where others can read what makes the broker, or put theirs in its place.",
    ),
    Requirement("checked-log", "commands", "A changed log does not verify, an export is checked without the broker."),
    # Tasks and keys.
    Requirement("opening-limited", "design 7", "One holder opens so many tasks at a time and an hour, over processes."),
    Requirement(
        "opening-sink", "design 7", "A task that the principal did not open begins with what its holder was shown."
    ),
    Requirement("suspend-keeps", "design 7", "A suspended task serves nothing and loses nothing; its end destroys."),
    Requirement("refresh", "design 7", "A fresh token is of the same task, and lives no longer than it."),
    Requirement("bound-holder", "design 7", "A grant binds its token to a public key; a private one is not taken."),
    Requirement(
        "keys-rotate", "design 7", "Another key signs and no token is refused; the old one goes with its last token."
    ),
    Requirement("keys-dropped", "design 7", "A leaked key and every token of it are dead at once, in every process."),
    Requirement(
        "custody", "design 11", "Keys may be kept outside; what keeps them opens nothing and signs nothing by failing."
    ),
    # Who may ask.
    Requirement("exchange-who", "design 7", "A task is opened for a user who let this very agent act, and no other."),
    Requirement("exchange-once", "design 7", "What an agent says of itself is for the broker alone, and used once."),
    Requirement("exchange-bound", "design 7", "A user's token for a key, or for another who acts, is theirs alone."),
    Requirement("foreign-tokens", "design 7", "A token of another's counts by a key and an algorithm known before."),
    Requirement("issuer-keys", "design 7", "An issuer's keys come from the issuer, and not for ever."),
    Requirement(
        "issuer-places", "design 7", "An issuer is asked on the internet, or where an admin says that it lies."
    ),
    Requirement(
        "issuer-faults", "design 7", "What is wrong with an issuer costs bounded time and makes nobody anybody."
    ),
    Requirement(
        "step-up", "design 11", "A tool that could be granted answers 403 with its scope; another is not there."
    ),
    Requirement("step-up-session", "design 11", "A session goes over to the task that its client was told to ask for."),
    Requirement("scope-by-name", "RFC 6749 3.3", "A scope that is asked for by name is one task, and goes on as one."),
    Requirement("agent-secret", "RFC 6749 2.3", "An agent's secret is kept as a digest, and says who it is by itself."),
    Requirement("id-jag", "SEP-990", "An ID-JAG counts here, for its own client, once, and is no access token."),
    Requirement("issuers-apart", "design 7", "No issuer speaks for users of another, whatever they share in names."),
    Requirement("no-registration", "design 11", "Nobody signs in or registers here, and nobody is sent anywhere."),
    Requirement("token-answers", "RFC 6749 5.2", "Whatever is asked, the answer is one of a closed list."),
    Requirement("replayed", "design 7", "No request of an agent's does anything the second time, wherever it is sent."),
    Requirement("cut-off", "design 4.6", "An answer that is lost on its way is told in words, and nothing runs twice."),
    Requirement(
        "agent-by-itself", "design 7", "From its key an agent comes to a call, and to the next token, by itself."
    ),
    Requirement("no-passthrough", "design 3", "What the broker was shown goes to no tool: no type has a place for it."),
    Requirement("found-by-itself", "design 11", "A client that knows a URL alone finds out where to ask for a token."),
    Requirement("given-back", "design 11", "An agent gives back its own token, and nobody else's."),
    Requirement("static-at-rest", "design 7", "A static token is shown once, and kept as a digest alone."),
    Requirement("static-opens-only", "design 7", "A static token opens tasks, and without one named it does nothing."),
    Requirement("static-own-tasks", "design 7", "A static token uses the tasks that it opened, each by its name."),
    Requirement("static-revoked", "design 7", "A static token dies with what it rests on, at the next request."),
    Requirement("own-end", "design 4", "What an operator holds back, its own agent does not end."),
    Requirement("access-named", "design 11", "Who could be granted a tool is told how to ask; nobody else that it is."),
    Requirement("opening-bounded", "design 10", "Asking for tasks without end leaves a log that does not grow by it."),
    # The whole.
    Requirement("story", "design 6", "A hijacked agent does its honest work and nothing else gets through."),
    Requirement("pages", "style", "Pages say what the code does: links, commands, reasons, keys, test names."),
)
