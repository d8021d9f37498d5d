// In: the size of a body. Out: a server that answers every request with the same bytes of that size. The floor
// of B9: what this runtime can send, with nothing decided and nothing looked up.
import { announce, jobInput } from "../../harness/job";

const { bodyBytes } = jobInput<{ bodyBytes: number }>();
const body = Buffer.alloc(bodyBytes, "x");
const headers = { "content-type": "text/html; charset=utf-8" };
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => new Response(body, { headers }),
});
announce(server.port ?? 0);
