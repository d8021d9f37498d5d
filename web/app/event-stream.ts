// In: the path of the stream. Out: its messages by server-sent events, for networks that block
// WebSockets. Read with fetch, because EventSource hides the comments that serve as heartbeats.

export interface StreamListener {
  /** `null`: a heartbeat. */
  heard(message: Record<string, unknown> | null): void;
  /** The connection ended; called once. */
  lost(): void;
}

/** Returns the function that closes it; after closing nothing more is heard. */
export const readEventStream = (path: string, listener: StreamListener): (() => void) => {
  const abort = new AbortController();
  void (async () => {
    try {
      const response = await fetch(path, {
        headers: { accept: "text/event-stream" },
        credentials: "same-origin",
        signal: abort.signal,
      });
      if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        rest = takeBlocks(rest + value.replaceAll("\r\n", "\n"), listener);
      }
    } catch {
      // Whatever it was: the caller connects again.
    }
    if (!abort.signal.aborted) listener.lost();
  })();
  return () => abort.abort();
};

/** Hands over each complete block and returns what is left. */
const takeBlocks = (text: string, listener: StreamListener): string => {
  const blocks = text.split("\n\n");
  const rest = blocks.pop() ?? "";
  for (const block of blocks) {
    const data = block
      .split("\n")
      .filter((line) => line.startsWith("data:"))
      .map((line) => line.slice(5).trimStart())
      .join("\n");
    if (data === "") listener.heard(null);
    else
      try {
        listener.heard(JSON.parse(data) as Record<string, unknown>);
      } catch {
        listener.heard(null);
      }
  }
  return rest;
};
