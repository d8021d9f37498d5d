// In: nothing. Out: an HTTP server on loopback that answers 200 with a few bytes: what is looked at.
import { announce } from "../../harness/job";

const body = "ok ".repeat(100);
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(body) });
announce(server.port ?? 0);
