// In: nothing. Out: a signal tower on loopback that knows its maker's commands and keeps what it shows;
// it can lose its power and get it back, dark.
import { eventually } from "./eventually";

export interface StackLight {
  readonly url: string;
  /** For the allow list. */
  readonly listener: string;
  /** The command that it obeyed last; `dark` after its power came. */
  readonly shows: string;
  /** Every command that it obeyed, in order. */
  readonly obeyed: string[];
  /** Every request that came, obeyed or not. */
  readonly requests: number;
  /** What it answers instead of obeying; null: it obeys. */
  refuse: (() => Response | Promise<Response>) | null;
  /** Somebody presses a button on it. */
  turnDark(): void;
  unplug(): Promise<void>;
  plug(): void;
  /** Resolves when it shows this. */
  until(shows: string): Promise<void>;
  stop(): Promise<void>;
}

const COMMAND = /^\?(alert=[0-39]{5}[0-49]|color=\d{5}&buzzer=(?:\d|1[01])(?:&flash=1)?|clear=1)$/;

export const openStackLight = (): StackLight => {
  let port = 0;
  let shows = "dark";
  let server: Bun.Server<undefined> | null = null;
  let requests = 0;
  const obeyed: string[] = [];

  const plug = (): void => {
    shows = "dark";
    server = Bun.serve({
      hostname: "127.0.0.1",
      port,
      fetch: (request) => {
        requests++;
        if (light.refuse !== null) return light.refuse();
        const { pathname, search } = new URL(request.url);
        const command = COMMAND.exec(search)?.[1];
        if (request.method !== "GET" || pathname !== "/api/control" || command === undefined)
          return new Response("Error.");
        shows = command;
        obeyed.push(command);
        return new Response("Success.");
      },
    });
    port = server.port ?? 0;
  };

  const unplug = async (): Promise<void> => {
    await server?.stop(true);
    server = null;
  };

  const light: StackLight = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    get listener() {
      return `127.0.0.1:${port}`;
    },
    get shows() {
      return shows;
    },
    obeyed,
    get requests() {
      return requests;
    },
    refuse: null,
    turnDark: () => {
      shows = "dark";
    },
    unplug,
    plug,
    until: async (wanted) => {
      await eventually(
        () => Promise.resolve(shows),
        (present) => present === wanted,
      );
    },
    stop: unplug,
  };
  plug();
  return light;
};
