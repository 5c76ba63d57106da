"""A scope whose tasks agents open by themselves: it has no parameter, for what an agent says proves nothing."""

NAME = "desk"
DESK = """
scope: desk
why: Agents work on one account, and nobody tells them which.
for: {roles: [teller], agents: ["robot-*"], purposes: [service]}
expires: 1h
seal: true
delegate: 4
zones: [bank]
tools:
  bank.account_read: {args: {account_id: [1, 2]}, rows: {any: true, why: there is one account that they may ask for}}
  bank.pay: {args: {account_id: [1], amount: {range: 0.01..100000}}}
  bank.pay_slowly: {args: {account_id: [1], amount: {range: 0.01..100}}}
  bank.write: {args: {to: {handle: [email]}, subject: {maxlen: 120}}}
  bank.count_slowly: {args: {base: {any: true}}}
  bank.ask_the_void: {args: {}}
  bank.vault_code: {args: {}}
mask:
  email: {service: handle, else: redact}
  phone: {else: hide}
  card: {service: last4, else: drop}
  person: {service: pseudonym, else: redact}
  free-text: {else: redact}
budget: {calls: 1000000, rows: 1000000, subjects: 1}
ceiling: {per: principal, window: 1d, sum: {bank.pay.amount: 1000000000, bank.pay_slowly.amount: 1000000}}
"""


def desk(folder):
    """Put it beside the scopes of a broker's folder."""
    (folder / "scopes" / f"{NAME}.yaml").write_text(DESK.lstrip(), encoding="utf-8")
