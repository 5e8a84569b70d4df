import assert from "node:assert/strict";
import { ServerFault, SqlError } from "../../../src/db/connection.ts";
import { openServer } from "../../../src/db/server/server_connection.ts";

const TOKEN = "secret-token-of-a-test";

/** What a server answers to every request. */
type Handler = (request: Request) => Response | Promise<Response>;

/** The error of connecting to a server that answers so. */
async function connectTo(
  handler: Handler,
  options: { readonly answerTimeoutMs?: number; readonly answerBytes?: number } = {},
): Promise<SqlError> {
  const stop = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} },
    handler,
  );
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    await assert.rejects(
      openServer({ url, name: "libsql://app", token: TOKEN, ...options }),
      (error) => error instanceof SqlError && (caught = error) !== undefined,
    );
    return caught!;
  } finally {
    stop.abort();
    await server.finished;
  }
}
let caught: SqlError | undefined;

const MALFORMED: readonly [string, string][] = [
  ["no JSON", "<html>"],
  ["JSON that is no object", "[1, 2]"],
  ["null", "null"],
  ["no results", '{"baton":null}'],
  ["results that are no list", '{"baton":null,"results":{}}'],
  ["no result for a request", '{"baton":null,"results":[]}'],
  ["a result without a type", '{"baton":null,"results":[{},{}]}'],
  ["an error without a message", '{"baton":null,"results":[{"type":"error","error":{}}]}'],
  ["a result without rows", '{"baton":null,"results":[{"type":"ok","response":{}}]}'],
  [
    "an integer that is none",
    '{"results":[{"type":"ok","response":{"result":{"cols":[{"name":"a"}],"rows":[[{"type":"integer","value":"x"}]]}}}]}',
  ],
];

for (const [title, body] of MALFORMED) {
  Deno.test(`a server that answers with ${title} is a clear error`, async () => {
    const error = await connectTo(() => new Response(body));
    assert.ok(error instanceof ServerFault);
    assert.match(error.sqlite, /protocol Hrana 3/);
  });
}

Deno.test("a server that never ends its answer is a clear error", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)),
      }),
    );
  const error = await connectTo(endless, { answerBytes: 1_000_000 });
  assert.equal(error.sqlite, "the server's answer is too large");
});

Deno.test("a server that does not answer in time is a clear error", async () => {
  const never = () => new Promise<Response>(() => {});
  const error = await connectTo(never, { answerTimeoutMs: 50 });
  assert.ok(error instanceof ServerFault);
  assert.match(error.sqlite, /^the server does not answer: /);
});

Deno.test("a redirect is not followed, so that no other host gets the token", async () => {
  let asked = 0;
  const other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked++;
    return new Response("");
  });
  const to = `http://127.0.0.1:${other.addr.port}/`;
  for (const status of [301, 302, 307, 308]) {
    const error = await connectTo(() => new Response(null, { status, headers: { location: to } }));
    assert.match(error.sqlite, /redirects to another address, which is not followed/);
  }
  await other.shutdown();
  assert.equal(asked, 0);
});

Deno.test("a token that is not accepted is told without the token", async () => {
  const echo = (request: Request) =>
    Response.json({ error: `bad ${request.headers.get("authorization")}` }, { status: 401 });
  const error = await connectTo(echo);
  assert.match(error.sqlite, /^the server does not accept the token: /);
  assert.doesNotMatch(error.sqlite, new RegExp(TOKEN));
});

Deno.test("nobody at the address is a clear error", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assert.rejects(
    openServer({ url: `http://127.0.0.1:${port}`, name: "libsql://app" }),
    (error) => error instanceof ServerFault && /does not answer/.test(error.sqlite),
  );
});
