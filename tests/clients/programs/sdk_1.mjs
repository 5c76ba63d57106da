// The TypeScript SDK, version 1: `@modelcontextprotocol/sdk`, the older protocol.

import { PrivateKeyJwtProvider } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { AGENT, answered, CONNECTOR_ENV, HEADERS, STDIO, tell, URL_, WAY } from "./story.mjs";

const [command, ...args] = STDIO;
const transport = command
  ? new StdioClientTransport({ command, args, env: CONNECTOR_ENV })
  : new StreamableHTTPClientTransport(URL_, WAY === "oauth" ? { authProvider: new PrivateKeyJwtProvider(AGENT) } : { requestInit: { headers: HEADERS } });
transport.setProtocolVersion ??= (version) => Object.assign(transport, { protocolVersion: version }); // over stdio too
const client = new Client({ name: "sdk-1", version: "1" });
await client.connect(transport);
await tell({
  protocol: transport.protocolVersion ?? null,
  tools: async () => Object.fromEntries((await client.listTools()).tools.map((one) => [one.name, one.inputSchema])),
  call: (name, args, signal) => answered(client.callTool({ name, arguments: args }, undefined, { signal }), signal),
});
await client.close();
