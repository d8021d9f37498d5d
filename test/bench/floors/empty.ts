// In: a port as the first argument. Out: a server that answers 200 and does nothing else. The floor of
// B12: compiled, it is what an executable of this runtime costs at least.
Bun.serve({ hostname: "127.0.0.1", port: Number(process.argv[2]), fetch: () => new Response("ok") });
