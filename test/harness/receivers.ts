// In: a running application. Out: a webhook receiver as a person makes it, and a sender who posts to it.
import { createHmac } from "node:crypto";
import type { Answer, TestApp } from "./app";

type Json = Record<string, unknown>;

export interface Sent {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export interface TestReceiver {
  id: string;
  /** As the answer to its creation had it. */
  made: Json;
  /** Objects as JSON, texts and bytes as they are. */
  post(body: unknown, headers?: Record<string, string>): Promise<Sent>;
  /** With the HMAC of the body in hex, in the receiver's header. */
  postSigned(body: unknown, secret: string, headers?: Record<string, string>): Promise<Sent>;
  read(): Promise<Json>;
  /** Newest first. */
  deliveries(query?: string): Promise<Json[]>;
}

export const hmacHex = (secret: string, body: string | Uint8Array): string =>
  createHmac("sha256", secret).update(body).digest("hex");

const textOf = (body: unknown): string | Uint8Array<ArrayBuffer> =>
  typeof body === "string" || body instanceof Uint8Array
    ? (body as string | Uint8Array<ArrayBuffer>)
    : JSON.stringify(body);

export const postTo = async (
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Sent> => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: textOf(body),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
};

/** Throws with the answer when it is not created. */
export const createReceiver = async (app: TestApp, settings: Json): Promise<TestReceiver> => {
  const answer: Answer = await app.api("POST", "/webhook-receivers", { name: "Receiver", ...settings });
  if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  const made = answer.body as Json;
  const id = String(made["id"]);
  const { pathname } = new URL(String(made["url"]));
  const header = String(made["signature_header"]);
  const post: TestReceiver["post"] = (body, headers) => postTo(app.url + pathname, body, headers);
  return {
    id,
    made,
    post,
    postSigned: (body, secret, headers = {}) =>
      post(body, { [header]: hmacHex(secret, textOf(body)), ...headers }),
    read: async () => (await app.api("GET", `/webhook-receivers/${id}`)).body as Json,
    deliveries: async (query = "") =>
      (await app.api("GET", `/webhook-receivers/${id}/deliveries${query}`)).body.data as Json[],
  };
};
