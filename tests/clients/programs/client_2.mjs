// The TypeScript SDK, version 2: `@modelcontextprotocol/client`, both protocol eras.

import { Client, PrivateKeyJwtProvider, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { AGENT, answered, CONNECTOR_ENV, ERA, HEADERS, STDIO, tell, URL_, WAY } from "./story.mjs";

const [command, ...args] = STDIO;
const transport = command
  ? new StdioClientTransport({ command, args, env: CONNECTOR_ENV })
  : new StreamableHTTPClientTransport(URL_, WAY === "oauth" ? { authProvider: new PrivateKeyJwtProvider(AGENT) } : { requestInit: { headers: HEADERS } });
const mode = ERA === "modern" ? "auto" : "legacy";
const client = new Client({ name: "client-2", version: "1" }, { versionNegotiation: { mode } });
await client.connect(transport);
await tell({
  protocol: client.getNegotiatedProtocolVersion() ?? null,
  tools: async () => Object.fromEntries((await client.listTools()).tools.map((one) => [one.name, one.inputSchema])),
  call: (name, args, signal) => answered(client.callTool({ name, arguments: args }, { signal }), signal),
});
await client.close();
