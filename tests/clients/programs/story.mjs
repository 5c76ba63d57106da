// What a client in JavaScript does with a broker: the steps of `story.py`, one JSON line each.
//
// A program says how its client connects, lists, calls and gives up, and hands that to `tell`.

import { createInterface } from "node:readline";

const { env } = process;

export const ERA = env.BROKER_ERA; // "legacy" or "modern", for clients that can be told
export const URL_ = new URL(env.BROKER_URL);
export const WAY = env.BROKER_WAY; // "oauth", "static" or "stdio"
export const HEADERS = WAY === "oauth" ? {} : { Authorization: `Bearer ${env.BROKER_TOKEN}` };
// What the SDK's own provider is given to come in by OAuth.
export const AGENT = { clientId: env.BROKER_AGENT, privateKey: JSON.parse(env.BROKER_KEY || "{}"), algorithm: "EdDSA" };
export const CONNECTOR_ENV = { BROKER_TOKEN: env.BROKER_TOKEN };
export const STDIO = JSON.parse(env.BROKER_STDIO); // words of the connector's command; none: over HTTP
const CANNOT = JSON.parse(env.BROKER_CANNOT); // the steps that this client cannot take
const AMOUNT = env.BROKER_AMOUNT; // of this run alone, so that its payment can be found

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const toldToGoOn = () => lines.next();

function say(step, facts) {
  process.stdout.write(`${JSON.stringify({ step, ...facts })}\n`);
}

// `client`: {protocol, tools() -> {name: schema}, call(name, args, signal) -> {kind, text, structured}}
export async function tell(client) {
  const named = {};
  if (WAY === "static") {
    const begun = await client.call("begin_task", { scope: "desk", purpose: "service" });
    named.broker_task = JSON.parse(begun.text).task;
  }
  const tools = await client.tools();
  say("list", { protocol: client.protocol, tools });

  async function call(step, name, args) {
    const answer = await client.call(name, { ...args, ...named });
    say(step, answer);
    return answer;
  }

  await call("call", "bank__pay", { account_id: 1, amount: Number(AMOUNT) });
  await call("refusal", "bank__pay", { account_id: 2, amount: Number(AMOUNT) });
  await call("unknown", "bank__whole_bank", {});
  const read = await call("masked", "bank__account_read", { account_id: 1 });
  const address = JSON.parse(read.text).rows[0].email;
  await call("handle", "bank__write", { to: address, subject: `about ${AMOUNT}` });
  if (!CANNOT.includes("cancel")) await cancel(client, named);
  await call("after", "bank__account_read", { account_id: 1 });
  process.stdin.destroy(); // an open one would keep the process
}

// Give up a call that the broker has begun; whoever reads our lines knows when it has begun, and when it ended.
async function cancel(client, named) {
  const giving = new AbortController();
  const waiting = client.call("bank__count_slowly", { base: 0, ...named }, giving.signal).then(
    (answer) => `answered: ${answer.text}`,
    (error) => (giving.signal.aborted ? "given up" : `failed: ${error.message}`),
  );
  say("begun", {});
  await toldToGoOn();
  giving.abort("no longer needed");
  say("cancel", { ended: await waiting });
  await toldToGoOn();
}

// What both generations of the SDK give: a result, or an error of the protocol. A call that was given up is neither.
export async function answered(result, signal) {
  try {
    const { isError, content, structuredContent } = await result;
    return { kind: isError ? "refused" : "served", text: content[0].text, structured: structuredContent ?? null };
  } catch (error) {
    if (signal?.aborted || typeof error.code !== "number") throw error;
    return { kind: "error", text: `${error.code} ${error.message}`, structured: null };
  }
}
