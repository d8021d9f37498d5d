// T29, over the whole application: a request hidden in another one. In: raw bytes that a proxy in front
// could take for one request. Out: what is hidden is never carried out, whatever the first is answered.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startApp, type TestApp } from "../harness/app";
import { sendRaw, statusOf } from "../harness/server";

let run: TestApp;
let port: number;
beforeAll(async () => {
  run = await startApp();
  port = Number(new URL(run.url).port);
});
afterAll(() => run.stop());

let count = 0;

/** A whole request that would leave a trace, with a good token. */
const hiddenRequest = (): { name: string; bytes: string } => {
  const name = `smuggled-${++count}`;
  const body = JSON.stringify({ name });
  return {
    name,
    bytes: [
      "POST /api/v1/machines HTTP/1.1",
      "Host: localhost",
      `Authorization: Bearer ${run.token}`,
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
      "",
      body,
    ].join("\r\n"),
  };
};

const exists = async (name: string): Promise<boolean> =>
  (await run.api("GET", `/machines?name=${name}`)).body.data.length > 0;

const lines = (...all: string[]): string => all.join("\r\n");

const bearer = (): string => `Authorization: Bearer ${run.token}`;

/** The outer request around `hidden`; what is hidden must be its body or nothing at all. */
type Wrap = (hidden: string) => string;

const POST = "POST /api/v1/alerts/1/acknowledge HTTP/1.1\r\nHost: localhost";
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

const CASES: [name: string, wrap: Wrap][] = [
  // Both lengths at once.
  [
    "length, then chunks",
    (h) => lines(POST, bearer(), "Content-Length: 5", "Transfer-Encoding: chunked", "", `0\r\n\r\n${h}`),
  ],
  [
    "chunks, then a length",
    (h) => lines(POST, bearer(), "Transfer-Encoding: chunked", "Content-Length: 5", "", `0\r\n\r\n${h}`),
  ],
  [
    "a length of all, chunks of none",
    (h) =>
      lines(
        POST,
        bearer(),
        `Content-Length: ${h.length + 5}`,
        "Transfer-Encoding: chunked",
        "",
        `0\r\n\r\n${h}`,
      ),
  ],
  // Spellings of chunked that some take and others don't.
  ...["xchunked", "chunked, identity", "identity, chunked", "\tchunked", "CHUNKED ", "chunked\x0b"].map(
    (coding): [string, Wrap] => [
      `Transfer-Encoding ${JSON.stringify(coding)} beside a length`,
      (h) => lines(POST, bearer(), `Transfer-Encoding: ${coding}`, "Content-Length: 5", "", `0\r\n\r\n${h}`),
    ],
  ),
  [
    "a space before the colon of Transfer-Encoding",
    (h) => lines(POST, bearer(), "Transfer-Encoding : chunked", "Content-Length: 5", "", `0\r\n\r\n${h}`),
  ],
  [
    "Transfer-Encoding on a folded line",
    (h) => lines(POST, bearer(), "Transfer-Encoding:", " chunked", "Content-Length: 5", "", `0\r\n\r\n${h}`),
  ],
  [
    "Transfer-Encoding twice",
    (h) =>
      lines(POST, bearer(), "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "", `0\r\n\r\n${h}`),
  ],
  // Lengths in doubt.
  ["two lengths", (h) => lines(POST, bearer(), "Content-Length: 0", `Content-Length: ${h.length}`, "", h)],
  [
    "two lengths the other way",
    (h) => lines(POST, bearer(), `Content-Length: ${h.length}`, "Content-Length: 0", "", h),
  ],
  ...["+0", "-1", "0x0", "0, 0", "", "0 0", "٠", "1e1", "99999999999999999999"].map(
    (length): [string, Wrap] => [
      `Content-Length ${JSON.stringify(length)}`,
      (h) => lines(POST, bearer(), `Content-Length: ${length}`, "", h),
    ],
  ),
  // Chunks in doubt.
  ...["-1", "0x0", "fffffffffffffffff", "g", " 0", "+0"].map((size): [string, Wrap] => [
    `a chunk of size ${JSON.stringify(size)}`,
    (h) => lines(POST, bearer(), "Transfer-Encoding: chunked", "", `${size}\r\n\r\n${h}`),
  ]),
  [
    "a chunk extension with a line break in it",
    (h) => lines(POST, bearer(), "Transfer-Encoding: chunked", "", `5;a=\n0\r\n\r\n${h}`),
  ],
  [
    "a chunk longer than it says",
    (h) => lines(POST, bearer(), "Transfer-Encoding: chunked", "", `1\r\n{}${h}\r\n0\r\n\r\n`),
  ],
  // Headers in doubt.
  ["a bare line feed before the length", (h) => `${POST}\r\n${bearer()}\nContent-Length: 0\r\n\r\n${h}`],
  ["a bare carriage return in a header", (h) => lines(POST, `X-A: a\rContent-Length: 0`, "", h)],
  ["NUL in a header", (h) => lines(POST, `X-A: a\0b`, "Content-Length: 0", "", h)],
  ["a header without a colon", (h) => lines(POST, "Nonsense", "Content-Length: 0", "", h)],
  ["a header without a name", (h) => lines(POST, ": x", "Content-Length: 0", "", h)],
  ["a folded first header", (h) => lines("POST / HTTP/1.1", " Host: localhost", "Content-Length: 0", "", h)],
  // Answers that are given before the body was read.
  ["the body of a refused call", (h) => lines(POST, `Content-Length: ${h.length}`, "", h)],
  [
    "the body under an unsound Host",
    (h) => lines("POST /x HTTP/1.1", "Host: a b", `Content-Length: ${h.length}`, "", h),
  ],
  [
    "the body under an unsound path",
    (h) => lines("POST //x HTTP/1.1", "Host: localhost", `Content-Length: ${h.length}`, "", h),
  ],
  [
    "the body at a path that does not exist",
    (h) => lines("POST /nothing HTTP/1.1", "Host: localhost", bearer(), `Content-Length: ${h.length}`, "", h),
  ],
  [
    "the body of a call with the wrong content type",
    (h) => lines(POST, bearer(), "Content-Type: text/plain", `Content-Length: ${h.length}`, "", h),
  ],
  ["the chunked body of a refused call", (h) => lines(POST, "Transfer-Encoding: chunked", "", chunk(h))],
  [
    "the body of GET",
    (h) => lines("GET /healthz HTTP/1.1", "Host: localhost", `Content-Length: ${h.length}`, "", h),
  ],
  [
    "the chunked body of GET",
    (h) => lines("GET /healthz HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked", "", chunk(h)),
  ],
  [
    "the body of HEAD",
    (h) => lines("HEAD /ping HTTP/1.1", "Host: localhost", `Content-Length: ${h.length}`, "", h),
  ],
  [
    "the body of OPTIONS",
    (h) => lines("OPTIONS /api/v1/alerts HTTP/1.1", "Host: localhost", `Content-Length: ${h.length}`, "", h),
  ],
  // Other protocols.
  ["HTTP/0.9", (h) => `GET /healthz\r\n${h}`],
  ["the preface of HTTP/2", (h) => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${h}`],
  ["HTTP/3.0", (h) => lines("GET /healthz HTTP/3.0", "Host: localhost", "", h)],
  [
    "an upgrade to HTTP/2",
    (h) =>
      lines(
        "GET /healthz HTTP/1.1",
        "Host: localhost",
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQAAP__",
        `Content-Length: ${h.length}`,
        "",
        h,
      ),
  ],
  [
    "an upgrade that is refused",
    (h) =>
      lines(
        "GET /api/v1/stream HTTP/1.1",
        "Host: localhost",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        `Content-Length: ${h.length}`,
        "",
        h,
      ),
  ],
  [
    "CONNECT",
    (h) => lines("CONNECT localhost:80 HTTP/1.1", "Host: localhost:80", `Content-Length: ${h.length}`, "", h),
  ],
];

/**
 * Where the outer request says itself, without any doubt, that it has no body, what follows is the
 * next request of the same client on the same connection, and a proxy sees it so too.
 */
const HONEST_PIPELINE = `${POST}\r\nContent-Length: 0\r\n\r\n`;

describe("a hidden request", () => {
  test.each(CASES)("%s: is not carried out", async (_name, wrap) => {
    const { name, bytes } = hiddenRequest();
    const answer = await sendRaw(port, wrap(bytes), 80);
    expect(answer).not.toContain(name);
    expect(await exists(name)).toBe(false);
  });

  test("there are at least forty, and the trace would be seen", async () => {
    expect(CASES.length).toBeGreaterThanOrEqual(40);
    const { name, bytes } = hiddenRequest();
    const answer = await sendRaw(port, HONEST_PIPELINE + bytes, 80);
    expect(statusOf(answer)).toBe(401);
    expect(answer).toContain("HTTP/1.1 201");
    expect(await exists(name)).toBe(true);
  });

  test("the application goes on", async () => {
    expect((await run.api("GET", "/machines")).status).toBe(200);
  });
});
