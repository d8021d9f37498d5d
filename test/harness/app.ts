// In: what a test wants to be different. Out: the whole program in this process on a temporary
// directory and a free loopback port, with an administrator's token. A fake clock waits for commits.
import { createApp, type App, type AppSeams } from "../../src/app";
import { defaultConfig, type Config } from "../../src/config/config";
import type { Log } from "../../src/core/log";
import type { Store } from "../../src/store/store";
import type { FakeClock } from "./clock";
import { removeDirectory, temporaryDirectory } from "./store";

export interface TestAppOptions {
  clock?: FakeClock;
  config?: Partial<Config>;
  log?: Log;
  seams?: Partial<AppSeams>;
  /** Kept after `stop` when given: the caller's. */
  directory?: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed when it is JSON, else the text. */
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export interface TestApp {
  readonly app: App;
  url: string;
  /** An administrator's API token. */
  token: string;
  directory: string;
  readonly store: Store;
  /** A call with the administrator's token; `path` begins after /api/v1. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

/** Cheap on purpose: the price of a hash is not what these tests are about. */
const TEST_PASSWORD_COST = { memoryKib: 8, passes: 1 };
const TOKEN = "bootstrap-token-of-the-tests-0123456789abcdef";

export const startApp = async (options: TestAppOptions = {}): Promise<TestApp> => {
  const { clock } = options;
  const directory = options.directory ?? temporaryDirectory("andon-app-");
  const config = defaultConfig({ port: 0, dataDir: directory, bootstrapToken: TOKEN, ...options.config });
  const app = createApp(config, {
    passwordCost: TEST_PASSWORD_COST,
    hasBallast: false,
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(clock === undefined ? {} : { clock }),
    ...options.seams,
  });
  await app.start();
  const stopWaiting = clock?.waitFor(() => app.parts.store.idle());
  return {
    app,
    url: app.url,
    token: TOKEN,
    directory,
    get store() {
      return app.parts.store;
    },
    api: async (method, path, body, headers = {}) => {
      const response = await fetch(`${app.url}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") === true;
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
    stop: async () => {
      stopWaiting?.();
      await app.stop();
      if (options.directory === undefined) removeDirectory(directory);
    },
  };
};
