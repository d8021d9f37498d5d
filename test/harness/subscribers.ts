// In: a running program with a mail relay. Out: a status page that people subscribe to, the forms of its public
// as a browser without scripts sends them, and what their mails hold.
import { join } from "node:path";
import { startApp, type TestApp, type TestAppOptions } from "./app";
import { FakeClock } from "./clock";
import { eventually } from "./eventually";
import { openMailRelay, type MailRelay, type MailRelayOptions, type TakenMail } from "./mail-relay";
import { removeDirectory, temporaryDirectory } from "./store";

export interface Form {
  status: number;
  headers: Headers;
  html: string;
}

export interface SubscriberStage {
  app: TestApp;
  clock: FakeClock;
  relay: MailRelay;
  pageId: string;
  /** By name. */
  serviceIds: Record<string, string>;
  get(path: string): Promise<Form>;
  /** `fields` may hold several values of one name. */
  post(path: string, fields: Record<string, string | readonly string[]>): Promise<Form>;
  /** By the form; gives the mail that asks for a confirmation. */
  ask(email: string, fields?: Record<string, string | readonly string[]>): Promise<TakenMail>;
  /** By the form, the mail and its button. */
  subscribe(email: string, fields?: Record<string, string | readonly string[]>): Promise<string>;
  /** Opens an incident about the services. */
  open(title: string, services: readonly string[], more?: Record<string, unknown>): Promise<string>;
  /** Resolves when nothing is on its way: what waits for another try may be there still. */
  quiet(): Promise<void>;
  /** Ends the program and starts it again on its files; `before` runs in between. */
  restart(before?: (file: string) => void): Promise<void>;
  stop(): Promise<void>;
}

const IN_FLIGHT =
  "SELECT count(*) FROM outbox WHERE status = 'sending' OR (status = 'pending' AND next_attempt_at <= ?)";

export const SERVICES = ["Checkout", "Search", "Internal"] as const;

/** The token in the first link of a mail that leads to this path. */
export const tokenIn = ({ mail }: TakenMail, path: string): string => {
  const found = new RegExp(`/${path}\\?token=([A-Za-z0-9_-]+)`).exec(mail.text ?? "");
  if (found?.[1] === undefined) throw new Error(`The mail has no link to ${path}.`);
  return found[1];
};

export const openSubscriberStage = async (
  options: {
    relay?: MailRelayOptions;
    page?: Record<string, unknown>;
    config?: Record<string, unknown>;
    allow?: readonly string[];
    seams?: TestAppOptions["seams"];
    log?: TestAppOptions["log"];
  } = {},
): Promise<SubscriberStage> => {
  const relay = await openMailRelay(options.relay ?? {});
  const clock = new FakeClock();
  const directory = temporaryDirectory("andon-subscribers-");
  const start = (): Promise<TestApp> =>
    startApp({
      clock,
      directory,
      config: {
        outboundAllow: [`127.0.0.1:${relay.port}`, ...(options.allow ?? [])],
        ...options.config,
      },
      ...(options.seams === undefined ? {} : { seams: options.seams }),
      ...(options.log === undefined ? {} : { log: options.log }),
    });
  let app = await start();
  const created = async (path: string, body: unknown): Promise<string> => {
    const answer = await app.api("POST", path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body.id as string;
  };
  const serviceIds: Record<string, string> = {};
  for (const name of SERVICES) serviceIds[name] = await created("/services", { name });
  const channelId = await created("/notification-channels", {
    name: "Relay",
    type: "email",
    events: [],
    config: {
      host: "127.0.0.1",
      port: relay.port,
      security: "none",
      from: "Acme <status@acme.test>",
      to: ["team@acme.test"],
    },
  });
  const pageId = await created("/status-pages", {
    name: "Acme status",
    slug: "acme",
    service_ids: [serviceIds["Checkout"], serviceIds["Search"]],
    time_zone: "Europe/Berlin",
    email_channel_id: channelId,
    ...options.page,
  });

  const visit = async (path: string, init: RequestInit = {}): Promise<Form> => {
    const response = await fetch(`${app.url}/status/acme/${path}`, init);
    return { status: response.status, headers: response.headers, html: await response.text() };
  };
  const post: SubscriberStage["post"] = (path, fields) => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields))
      for (const one of typeof value === "string" ? [value] : value) body.append(name, one);
    return visit(path, { method: "POST", body });
  };
  const ask: SubscriberStage["ask"] = async (email, fields = {}) => {
    const before = relay.taken.length;
    const { status, html } = await post("subscribe", { kind: "email", email, scope: "all", ...fields });
    if (status !== 200) throw new Error(`The form was answered with ${status}: ${html}`);
    const mail = (await relay.waitFor(before + 1))[before];
    if (mail === undefined) throw new Error("There is no mail.");
    return mail;
  };

  return {
    get app() {
      return app;
    },
    clock,
    relay,
    pageId,
    serviceIds,
    get: (path) => visit(path),
    post,
    ask,
    subscribe: async (email, fields) => {
      const token = tokenIn(await ask(email, fields), "confirm");
      const { status } = await post(`confirm?token=${token}`, {});
      if (status !== 200) throw new Error(`The button was answered with ${status}.`);
      return token;
    },
    open: (title, services, more = {}) =>
      created("/incidents", {
        title,
        severity: "major",
        service_ids: services.map((name) => serviceIds[name]),
        message: "We are looking into it.",
        ...more,
      }),
    quiet: async () =>
      void (await eventually(
        () => app.store.engine.query({ sql: IN_FLIGHT, params: [clock.now()] }),
        ([row]) => row?.[0] === 0,
      )),
    restart: async (before = () => undefined) => {
      await app.stop();
      before(join(directory, "andon.db"));
      app = await start();
    },
    stop: async () => {
      await app.stop();
      await relay.stop();
      removeDirectory(directory);
    },
  };
};
