// Signatures of the webhook as other people's code sees them: the Standard Webhooks library, Python's
// hmac and openssl. None of it shares a line with what signs.
import { describe, expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { webhook } from "../../src/channels/webhook";
import { dialects } from "../../src/channels/webhook/dialects";
import { isAppError } from "../../src/core/errors";
import { SIGNATURE_FORMATS, type SignatureFormat } from "../../src/lib/hmac";
import { MESSAGES } from "./suite/samples";

const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const SECRETS = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "ein schlüssel aus wörtern"];

const requestFor = (config: Record<string, unknown>) => {
  const parsed = webhook.parse({
    url: "https://hooks.test/in",
    ...config,
    ...(config["dialect"] === "custom" ? { template: '{"text": "{{ headline }} ü"}' } : {}),
  });
  const { headers, body } = webhook.request(webhook.compose(MESSAGES["alert.triggered"]!, parsed), parsed, {
    deliveryId: "01960000-delivery",
    now: NOW,
    version: "1.0.0",
  });
  return { headers, body: Buffer.from(body ?? new Uint8Array()) };
};

interface Question {
  format: SignatureFormat;
  secret: string;
  headers: Record<string, string>;
  header: string;
  body: Buffer;
}

/** Genuine or not, one answer per question. */
type Verifier = (questions: readonly Question[]) => boolean[];

/** What the documents of receivers say, in Python. */
const PYTHON = `
import base64, hashlib, hmac, json, sys
def decide(ask):
    body = base64.b64decode(ask["body"])
    secret, headers, given = ask["secret"], ask["headers"], ask["headers"][ask["header"]]
    plain = secret.encode("utf-8")
    standard = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else plain
    stamp = headers["webhook-timestamp"]
    def mac(key, text):
        return hmac.new(key, text, hashlib.sha256)
    signed = f"{headers['webhook-id']}.{stamp}.".encode() + body
    expected = {
        "hex": mac(plain, body).hexdigest(),
        "sha256=hex": "sha256=" + mac(plain, body).hexdigest(),
        "base64": base64.b64encode(mac(plain, body).digest()).decode(),
        "standard": "v1," + base64.b64encode(mac(standard, signed).digest()).decode(),
        "ts:body": mac(plain, f"{stamp}:".encode() + body).hexdigest(),
    }[ask["format"]]
    return hmac.compare_digest(given, expected)
print(json.dumps([decide(ask) for ask in json.load(sys.stdin)]))
`;

const python: Verifier = (questions) => {
  const { stdout, stderr, success } = Bun.spawnSync(["python3", "-c", PYTHON], {
    stdin: Buffer.from(
      JSON.stringify(questions.map((one) => ({ ...one, body: one.body.toString("base64") }))),
    ),
  });
  if (!success) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString()) as boolean[];
};

const openssl: Verifier = (questions) =>
  questions.map(({ format, secret, headers, header, body }) => {
    const isStandard = format === "standard" && secret.startsWith("whsec_");
    const key = isStandard ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret, "utf8");
    const stamp = headers["webhook-timestamp"];
    const prefix =
      format === "standard" ? `${headers["webhook-id"]}.${stamp}.` : format === "ts:body" ? `${stamp}:` : "";
    const { stdout } = Bun.spawnSync(
      ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${key.toString("hex")}`, "-binary"],
      { stdin: Buffer.concat([Buffer.from(prefix), body]) },
    );
    const spelt: Record<SignatureFormat, string> = {
      hex: stdout.toString("hex"),
      "sha256=hex": `sha256=${stdout.toString("hex")}`,
      base64: stdout.toString("base64"),
      standard: `v1,${stdout.toString("base64")}`,
      "ts:body": stdout.toString("hex"),
    };
    return headers[header] === spelt[format];
  });

const present = (name: string): boolean => {
  if (Bun.which(name) !== null) return true;
  process.stdout.write(`skipped: signatures checked by ${name}, which is missing\n`);
  return false;
};

const flipped = (body: Buffer): Buffer => {
  const other = Buffer.from(body);
  const middle = Math.floor(other.length / 2);
  other[middle] = (other[middle] ?? 0) ^ 1;
  return other;
};

for (const [name, verify] of [
  ["python3", python],
  ["openssl", openssl],
] as const)
  describe.if(present(name))(`checked by ${name}`, () => {
    test("each format is genuine; a flipped bit, another secret and another time are not", () => {
      for (const secret of SECRETS) {
        const questions = SIGNATURE_FORMATS.flatMap((format): Question[] => {
          const { headers, body } = requestFor({ secret, signature: { header: "X-Sig", format } });
          const genuine = { format, secret, headers, header: "X-Sig", body };
          return [
            genuine,
            { ...genuine, body: flipped(body) },
            { ...genuine, secret: `${secret}BBBB` },
            { ...genuine, headers: { ...headers, "webhook-timestamp": String(NOW / 1_000 + 1) } },
          ];
        });
        const expected = SIGNATURE_FORMATS.flatMap((format) => [
          true,
          false,
          false,
          // Where no time is signed, none can be checked.
          format !== "standard" && format !== "ts:body",
        ]);
        expect(verify(questions)).toEqual(expected);
      }
    });

    test("the header of each dialect is what its document says, and webhook-signature stands beside it", () => {
      const questions = [...dialects.values()].flatMap(({ name: dialect, signatures }) =>
        SECRETS.flatMap((secret): Question[] => {
          const { headers, body } = requestFor({ dialect, secret });
          const headersToCheck = [
            ...signatures,
            { header: "webhook-signature", format: "standard" as const },
          ];
          return headersToCheck.map(({ header, format }) => ({ format, secret, headers, header, body }));
        }),
      );
      expect(questions.length).toBeGreaterThan(2 * dialects.size);
      expect(verify(questions)).toEqual(questions.map(() => true));
    });
  });

test("the standardwebhooks library accepts every dialect, and no other byte", () => {
  for (const dialect of dialects.keys())
    for (const secret of SECRETS) {
      const { headers, body } = requestFor({ dialect, secret });
      const library = new Webhook(
        secret.startsWith("whsec_") ? secret : Buffer.from(secret, "utf8").toString("base64"),
      );
      expect(() => library.verify(body.toString("utf8"), headers)).not.toThrow();
      expect(() => library.verify(flipped(body).toString("latin1"), headers)).toThrow();
      const stale = { ...headers, "webhook-timestamp": String(NOW / 1_000 - 600) };
      expect(() => library.verify(body.toString("utf8"), stale)).toThrow();
    }
});

describe("several at once", () => {
  test("and static headers go out together", () => {
    const { headers } = requestFor({
      dialect: "roboticks",
      secret: SECRETS[1],
      headers: { "X-Gitlab-Token": "static-token" },
      signature: SIGNATURE_FORMATS.map((format, index) => ({ header: `X-Sig-${index}`, format })),
    });
    expect(Object.keys(headers)).toEqual(
      expect.arrayContaining([
        "X-Gitlab-Token",
        "webhook-signature",
        "X-Sig-0",
        "X-Sig-1",
        "X-Sig-2",
        "X-Sig-3",
        "X-Sig-4",
      ]),
    );
    // What the channel names takes the place of the dialect's own; an empty list means none.
    expect(headers).not.toHaveProperty("X-Roboticks-Signature");
    const none = requestFor({ dialect: "roboticks", secret: SECRETS[1], signature: [] }).headers;
    expect(none).not.toHaveProperty("X-Roboticks-Signature");
    expect(none).toHaveProperty("webhook-signature");
  });

  test("the timestamp may stand in a header of one's own, as Grafana's receivers expect it", () => {
    const { headers, body } = requestFor({
      secret: SECRETS[1],
      signature: {
        header: "X-Grafana-Alerting-Signature",
        format: "ts:body",
        timestamp_header: "X-Grafana-Alerting-Timestamp",
      },
    });
    const stamp = headers["X-Grafana-Alerting-Timestamp"];
    expect(stamp).toBe(String(NOW / 1_000));
    const expected = new Bun.CryptoHasher("sha256", SECRETS[1])
      .update(`${stamp}:`)
      .update(body)
      .digest("hex");
    expect(headers["X-Grafana-Alerting-Signature"]).toBe(expected);
  });

  test("no two headers share a name", () => {
    const fieldOf = (config: Record<string, unknown>): string => {
      try {
        requestFor({ secret: SECRETS[1], ...config });
        return "";
      } catch (error) {
        return isAppError(error, "invalid") ? (error.context.field ?? "") : String(error);
      }
    };
    const stamped = { header: "X-Sig", format: "ts:body", timestamp_header: "X-Time" };
    const cases: [Record<string, unknown>, string][] = [
      [{ signature: stamped }, ""],
      [{ signature: [stamped, { header: "x-time", format: "hex" }] }, "config.signature"],
      [{ signature: { ...stamped, timestamp_header: "x-sig" } }, "config.signature"],
      [{ signature: stamped, headers: { "x-time": "1" } }, "config.headers"],
      [{ signature: { ...stamped, timestamp_header: "Host" } }, "config.signature.timestamp_header"],
      [{ signature: { ...stamped, format: "hex" } }, "config.signature.timestamp_header"],
      [{ dialect: "anyping", headers: { "X-ANYPING-SIGNATURE": "x" } }, "config.headers"],
    ];
    for (const [config, field] of cases) expect([config, fieldOf(config)]).toEqual([config, field]);
  });
});
