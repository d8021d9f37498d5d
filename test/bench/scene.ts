// In: a running context. Out: the product started on an empty temporary directory, ready, with its
// API at hand; or a bare program on a directory of its own. Both leave nothing behind.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer, type ServerProcess } from "../harness/job";
import {
  BOOTSTRAP_TOKEN,
  freePort,
  removeProductFiles,
  startProduct,
  type Product,
  type ProductCommand,
} from "../harness/process";
import { createRemoteApi, type RemoteApi } from "../harness/remote-api";

/** The metric's limit in every rule of the bench, and in the bare programs. */
export const LIMIT = 90;
export const SECRET = "a secret of the bench, 0123456789";
export const TOKEN = BOOTSTRAP_TOKEN;

export interface Scene {
  product: Product;
  readonly api: RemoteApi;
  readonly dataDirectory: string;
  /** kill -9, then the same directory and port again, also as another command; resolves at once. */
  restartAfterKill(as?: ProductCommand): Promise<void>;
  close(): Promise<void>;
}

const temporary = (): string => mkdtempSync(join(tmpdir(), "andon-bench-"));

export const openScene = async (
  command: ProductCommand,
  env: Record<string, string> = {},
): Promise<Scene> => {
  const root = temporary();
  const dataDirectory = join(root, "data");
  mkdirSync(dataDirectory);
  const port = freePort();
  const start = (as = command): Product => startProduct({ dataDirectory, port, command: as, env });
  const scene: Scene = {
    product: start(),
    api: createRemoteApi(`http://127.0.0.1:${port}`, TOKEN),
    dataDirectory,
    restartAfterKill: async (as) => {
      await scene.product.kill();
      scene.product = start(as);
    },
    close: async () => {
      await scene.product.kill();
      removeProductFiles(dataDirectory);
      rmSync(root, { recursive: true, force: true });
    },
  };
  try {
    await scene.product.ready();
  } catch (error) {
    await scene.close();
    throw error;
  }
  return scene;
};

export interface Floor {
  readonly port: number;
  readonly directory: string;
  close(): Promise<void>;
}

/** Runs a program of floors/ with `directory` added to its input. */
export const openFloor = async (
  name: "alerts" | "constant" | "drain" | "lines" | "singles",
  input: Record<string, unknown>,
  directory = temporary(),
): Promise<Floor> => {
  const program = join(import.meta.dir, "floors", `${name}.ts`);
  const server: ServerProcess = await startServer(program, { ...input, directory });
  return {
    port: server.port,
    directory,
    close: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** The path of a client program. */
export const client = (
  name: "alerts" | "latency" | "lines" | "pages" | "pings" | "receivers" | "singles",
): string => join(import.meta.dir, "clients", `${name}.ts`);

/** Runs `work`, and closes in reverse order whatever it opened. */
export const withCleanUp = async <T>(
  work: (own: <C extends { close(): Promise<void> }>(opened: C) => C) => Promise<T>,
): Promise<T> => {
  const closers: (() => Promise<void>)[] = [];
  try {
    return await work((opened) => {
      closers.push(() => opened.close());
      return opened;
    });
  } finally {
    for (const close of closers.toReversed()) await close();
  }
};
