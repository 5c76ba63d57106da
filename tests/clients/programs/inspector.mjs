// The MCP Inspector's command line, both protocol eras: a process for each request.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { CONNECTOR_ENV, ERA, HEADERS, STDIO, tell, URL_ } from "./story.mjs";

const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/inspector/package.json");
const launcher = join(dirname(manifest), "clients/launcher/build/index.js");
const quietly = ["--format", "json", "--quiet", "--protocol-era", ERA];
const reach = STDIO.length
  ? [...Object.entries(CONNECTOR_ENV).flatMap(([name, value]) => ["-e", `${name}=${value}`]), ...quietly, "--", ...STDIO]
  : [URL_.href, "--transport", "http", "--header", `Authorization: ${HEADERS.Authorization}`, ...quietly];

// What one run prints: {result} on stdout, {error} on stderr.
async function run(words, signal) {
  // The launcher starts a process of its own; Ctrl-C in a terminal reaches both, as a group.
  const [stdin, stdout, stderr] = ["ignore", "pipe", "pipe"];
  const started = spawn(process.execPath, [launcher, "--cli", ...words, ...reach], { detached: true, stdio: [stdin, stdout, stderr] });
  const interrupt = () => process.kill(-started.pid, "SIGINT");
  signal?.addEventListener("abort", interrupt);
  const [said, trouble] = await Promise.all([text(started.stdout), text(started.stderr)]);
  signal?.throwIfAborted();
  if (said) return JSON.parse(said).result;
  const { error } = JSON.parse(trouble);
  return { error };
}

await tell({
  protocol: null, // it does not say
  tools: async () => {
    const { tools } = await run(["--method", "tools/list"]);
    return Object.fromEntries(tools.map((one) => [one.name, one.inputSchema]));
  },
  call: async (name, args, signal) => {
    const words = ["--method", "tools/call", "--tool-name", name, "--tool-args-json", JSON.stringify(args)];
    const { error, isError, content, structuredContent } = await run(words, signal);
    if (error?.code === "tool_not_found") return { kind: "absent", text: error.message, structured: null };
    if (error) return { kind: "error", text: `${error.code} ${error.message}`, structured: null };
    return { kind: isError ? "refused" : "served", text: content[0].text, structured: structuredContent ?? null };
  },
});
