"""The broker.toml that `broker init` writes: every key there is, each with its default behind a `#`."""

from __future__ import annotations

from typing import Final

TOML: Final = """\
# Where the broker finds its files and where it listens. Who may do what stands in tools/ and scopes/, never here.
# Every key there is stands below with its default: take its `#` away to change it. Paths start at this folder.

# tools = "tools"          # one folder a source: what agents can reach
# scopes = "scopes"        # who may do what, and the cases that prove it
# keys = "keys"            # made by `broker init`; whoever reads them is the broker

[server]
# host = "127.0.0.1"       # without a certificate or proxies: loopback alone
# port = 8750              # 0: any free one
# url = "http://127.0.0.1:8750/mcp"      # how agents reach it; tokens count for this address alone
# tls_cert = "tls/broker.crt"            # PEM; both or neither; taken anew where they change
# tls_key = "tls/broker.key"
# proxies = []             # as in ["10.0.0.7", "10.1.0.0/16"]: whose forwarded headers are believed
# socket = "run/broker.sock"             # a unix socket to listen on beside the port, in a folder of the broker's own
# socket_mode = "0600"     # "0660": its group may connect too
# tcp = true               # false: the socket is the only door
# hosts = []               # more Host headers that are ours
# origins = []             # browser origins that may call; none is the safe answer
# max_body = 1048576       # bytes of one request

[store]
# url = "sqlite:///data/broker.db"       # tasks, budgets, handles and the log: one file

[log]
# deadline = 5.0           # seconds that a record may take to become durable; then nothing is served any more

[custody]                  # where each key is: "file" (in `keys`), "env:NAME" or "kms"
# token = "file"           # signs tokens; by "kms", it signs there
# log = "file"             # signs checkpoints; by "kms", this and the others as files that it alone opens
# vault = "file"           # seals tasks and handles
# digest = "file"          # keys the digests in the log
# kms = "my_kms:client"    # makes the client of your KMS; it takes no arguments
# deadline = 2.0           # seconds that it may take

[tasks]                    # what one user with one agent may open
# open = 3                 # at a time
# per_hour = 20

[governance]
# overdue = "warn"         # a source whose `review_by` has passed: "warn", or "deny" its tools

# [[identity.issuers]]     # whose word counts about users: OpenID providers, each with a part of its own
# url = "https://login.example"          # what its tokens say as `iss`, letter for letter
# jwks = "https://login.example/jwks"    # else its own metadata says
# networks = ["10.20.0.0/16"]            # beside the internet, where its name may lead
# audience = "http://127.0.0.1:8750/mcp" # what its tokens for the broker name as `aud`
# types = ["at+jwt"]       # of its access tokens
# algorithms = ["RS256"]   # what it signs with
# roles_claim = "roles"    # which claim lists roles
# roles = {helpdesk = "support"}         # a value of it -> a role of your scopes
# client_claim = "client_id"             # which claim names the client; else this, or "azp"
# delegates = {portal = ["helpdesk-1"]}  # client -> agents that may act for whoever signed in there
# id_jag = false           # true: its word that a client acts for a user is taken (ID-JAG)

# [[identity.agents]]      # registered agents, each with a part of its own
# name = "helpdesk-1"
# key = "agents/helpdesk-1.pub"          # as `broker key` prints it; or, beside it or instead,
# secret_sha256 = "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456"
#                          # as `broker key --secret` prints it: for an agent that cannot sign
# owner = "sales"          # who answers for it
# model = "any"
# provider = "any"
# region = "eu"
# review_by = 2027-06-30   # from the day after, it gets no tokens
# roles = []               # as which it works where no user is
# scope = "sales-questions"              # what it gets where it names none

# [classes]                # what your values can be, beside the built-in classes
# staff-id = {rank = 40, action = "redact"}
"""

IGNORED: Final = """\
# What must never be committed: keys, and the database with the log.
data/
keys/
"""
