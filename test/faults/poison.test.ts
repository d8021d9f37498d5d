// F10, over the whole program in a process of its own: a message that kills whoever begins to send it is
// set aside at the start after its second kill; every other one is delivered, and nothing is lost.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { removeDirectory, temporaryDirectory } from "../harness/store";
import type { Life } from "./poison-child";

const live = async (directory: string, mode: "deadly" | "tame"): Promise<Life | null> => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "poison-child.ts"), directory, mode], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  const text = await new Response(child.stdout).text();
  await child.exited;
  return child.signalCode === "SIGKILL" ? null : (JSON.parse(text) as Life);
};

test("two kills, then a start that goes on without it; sent again by hand, it is delivered", async () => {
  const directory = temporaryDirectory("andon-poison-");
  try {
    expect(await live(directory, "deadly")).toBeNull();
    expect(await live(directory, "deadly")).toBeNull();
    const third = await live(directory, "deadly");
    const byMachine = new Map(third?.deliveries.map(([machine, ...rest]) => [machine, rest]));
    expect(byMachine.get("poison")).toEqual(["failed", "internal", expect.stringContaining("Quarantined")]);
    for (const machine of ["first", "second", "third"])
      expect(byMachine.get(machine)).toEqual(["delivered", "delivered", null]);
    expect(third?.sent).not.toContain("poison");

    const fourth = await live(directory, "tame");
    expect(fourth?.sent).toEqual(["poison"]);
    expect(fourth?.deliveries.map(([, status]) => status)).toEqual(new Array(4).fill("delivered"));
  } finally {
    removeDirectory(directory);
  }
}, 60_000);
