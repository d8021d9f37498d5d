// In: how a relay behaves. Out: a real SMTP server on loopback that keeps what it takes, parsed; and a
// raw one that says whatever a test wants, or nothing.
import { createServer, type Server, type Socket } from "node:net";
import { simpleParser, type ParsedMail } from "mailparser";
import { generate } from "selfsigned";
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server";

export interface TakenMail {
  from: string;
  recipients: string[];
  /** The raw source. */
  source: string;
  mail: ParsedMail;
  isEncrypted: boolean;
  user: string | undefined;
  helo: string;
}

export interface MailRelay {
  port: number;
  taken: TakenMail[];
  /** Sessions that were opened, whatever came of them. */
  sessions: number;
  /** Resolves when `count` mails have been taken in all. */
  waitFor(count: number): Promise<TakenMail[]>;
  stop(): Promise<void>;
}

export interface MailRelayOptions extends SMTPServerOptions {
  port?: number;
  /** Null, or the code and text that this recipient is refused with. */
  refuse?: (recipient: string, session: number) => { code: number; text: string } | null;
  /** The same for the whole mail, after DATA. */
  refuseMail?: (count: number) => { code: number; text: string } | null;
}

export interface Certificate {
  cert: string;
  key: string;
}

/** Self-signed, for the name and for 127.0.0.1. */
export const certificateFor = async (name: string): Promise<Certificate> => {
  const made = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    extensions: [
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: name },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { cert: made.cert, key: made.private };
};

const refusal = ({ code, text }: { code: number; text: string }): Error =>
  Object.assign(new Error(text), { responseCode: code });

export const openMailRelay = async (options: MailRelayOptions = {}): Promise<MailRelay> => {
  const { refuse, refuseMail, port = 0, ...own } = options;
  const taken: TakenMail[] = [];
  let waiters: { count: number; resolve: () => void }[] = [];
  let attempts = 0;

  const keep = async (source: Buffer, session: SMTPServerSession, done: () => void): Promise<void> => {
    const { mailFrom, rcptTo } = session.envelope;
    taken.push({
      from: mailFrom === false ? "" : mailFrom.address,
      recipients: rcptTo.map(({ address }) => address),
      source: source.toString("utf8"),
      mail: await simpleParser(source),
      isEncrypted: session.secure,
      user: session.user,
      helo: session.hostNameAppearsAs as string,
    });
    done();
    waiters = waiters.filter(({ count, resolve }) => {
      if (taken.length < count) return true;
      resolve();
      return false;
    });
  };

  const relay: MailRelay = {
    port: 0,
    taken,
    sessions: 0,
    waitFor: async (count) => {
      if (taken.length < count) await new Promise<void>((resolve) => waiters.push({ count, resolve }));
      return taken;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };

  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 50,
    ...own,
    onConnect: (_session, done) => {
      relay.sessions++;
      done();
    },
    onRcptTo: ({ address }, _session, done) => {
      const refused = refuse?.(address, relay.sessions) ?? null;
      done(refused === null ? null : refusal(refused));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const refused = refuseMail?.(++attempts) ?? null;
        if (refused !== null) return done(refusal(refused));
        void keep(Buffer.concat(chunks), session, () => done(null));
      });
    },
  });
  // Clients that refuse its certificate are what tests are about.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
  const address = server.server.address();
  relay.port = typeof address === "object" && address !== null ? address.port : 0;
  return relay;
};

export interface RawRelay {
  port: number;
  /** Every line that any client said. */
  lines: string[];
  /** Resolves when a client has said a line that begins so. */
  heard(beginning: string): Promise<void>;
  stop(): Promise<void>;
}

/** `answer` gives what is said to a line (null: nothing); it is asked first for the greeting, with null. */
export const openRawRelay = async (
  answer: (line: string | null, socket: Socket) => string | null,
): Promise<RawRelay> => {
  const sockets = new Set<Socket>();
  const lines: string[] = [];
  let waiters: { beginning: string; resolve: () => void }[] = [];
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    const say = (line: string | null): void => {
      const text = answer(line, socket);
      if (text !== null && !socket.destroyed) socket.write(`${text}\r\n`);
    };
    say(null);
    let rest = "";
    socket.on("data", (chunk: Buffer) => {
      const parts = (rest + chunk.toString("utf8")).split("\r\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        waiters = waiters.filter(({ beginning, resolve }) => {
          if (!line.startsWith(beginning)) return true;
          resolve();
          return false;
        });
        say(line);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    lines,
    heard: async (beginning) => {
      if (!lines.some((line) => line.startsWith(beginning)))
        await new Promise<void>((resolve) => waiters.push({ beginning, resolve }));
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
