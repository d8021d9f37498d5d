// In: the address of an Andon and an API token. Out: calls of its public API, nothing else: the demo
// does only what any other program could do.
import { type IncomingMessage, request as httpRequest } from "node:http";

export interface ApiClient {
  /** Resolves to the answer's body. Rejects with an Error that holds the status and the explanation. */
  call<Answer>(method: "GET" | "POST" | "PATCH", path: string, body?: unknown): Promise<Answer>;
}

interface Asked {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
}

/** Not `fetch`: that one obeys HTTP_PROXY even towards this machine. */
const ask = ({ method, url, headers, body }: Asked): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked = httpRequest(url, { method, headers }, resolve);
    asked.on("error", reject);
    asked.end(body);
  });

const readAll = async (answer: IncomingMessage): Promise<string> => {
  answer.setEncoding("utf8");
  let text = "";
  for await (const part of answer) text += part as string;
  return text;
};

const explain = (text: string): string => {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    if (typeof detail === "string") return detail;
  } catch {
    // Not JSON; the text itself is the explanation.
  }
  return text.slice(0, 200);
};

export const createApiClient = (url: string, token: string): ApiClient => {
  const authorization = `Bearer ${token}`;
  return {
    call: async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
      const answer = await ask({
        method,
        url: `${url}/api/v1${path}`,
        headers: { authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await readAll(answer);
      const status = answer.statusCode ?? 0;
      if (status < 200 || status > 299)
        throw new Error(`${method} ${path} was answered with ${status}: ${explain(text)}`);
      // The caller names the documented shape of this answer.
      return (text === "" ? undefined : JSON.parse(text)) as Answer;
    },
  };
};
