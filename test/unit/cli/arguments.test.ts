// In: words of a command line. Out: which command runs with which flags, or a refusal with exit code 2.
import { describe, expect, test } from "bun:test";
import { parseArguments } from "../../../src/cli/arguments";
import type { Command, CommandContext } from "../../../src/cli/command";
import { runCommand } from "../../../src/cli/run";
import { AppError, EXIT_CODE, StartupError } from "../../../src/core/errors";

const quiet = async (): Promise<number> => 0;

const commands: Command[] = [
  { name: "serve", summary: "serves", flags: {}, run: quiet },
  {
    name: "token create",
    summary: "creates",
    flags: { name: { value: "text", help: "" }, dry: { value: null, help: "" } },
    run: quiet,
  },
  { name: "user create", summary: "creates", flags: {}, run: quiet },
  { name: "user reset-password", summary: "resets", flags: {}, run: quiet },
];

const parse = (line: string) =>
  parseArguments(
    line.split(" ").filter((word) => word !== ""),
    commands,
  );

describe("words", () => {
  test("name a command of one or two words", () => {
    expect(parse("").command).toBeNull();
    expect(parse("serve").command?.name).toBe("serve");
    expect(parse("token create --name x").command?.name).toBe("token create");
    expect(parse("--port 80").command).toBeNull();
  });

  test("give options of the configuration and flags of the command", () => {
    const parsed = parse("token create --name=a=b --data-dir /d --dry --port 1");
    expect(parsed.flags).toEqual({ name: "a=b", dry: "true" });
    expect(parsed.options).toEqual({ "data-dir": "/d", port: "1" });
  });

  test("switches of the configuration may stand alone or take a word", () => {
    expect(parse("serve --public-docs --port 1").options).toEqual({ "public-docs": "true", port: "1" });
    expect(parse("serve --public-docs false").options).toEqual({ "public-docs": "false" });
  });

  const refused: [string, string][] = [
    ["explode", '"explode" is not a command'],
    ["serve now", '"now" is not a command'],
    ["user", "Write one of: user create, user reset-password"],
    ["serve --nonsense 1", "--nonsense is not an option"],
    ["serve --name x", "--name is not an option"],
    ["serve --port", "--port needs a value"],
    ["serve --port --host a", "--port needs a value"],
    ["serve --port 1 --port 2", "--port is given twice"],
    ["serve -x", '"-x" is not expected'],
    ["serve --port 1 stray", '"stray" is not expected'],
  ];
  for (const [line, sentence] of refused)
    test(`refuse ${line}`, () => {
      expect(() => parse(line)).toThrow(sentence);
      expect(() => parse(line)).toThrow(StartupError);
    });
});

const runWith = async (words: string[], run: Command["run"] = quiet) => {
  const out: string[] = [];
  const notes: string[] = [];
  const terminal = {
    out: (text: string) => void out.push(text),
    note: (text: string) => void notes.push(text),
    readInput: async () => "",
  };
  const code = await runCommand(words, [{ name: "serve", summary: "serves", flags: {}, run }], terminal);
  return { code, out: out.join("\n"), notes: notes.join("\n") };
};

describe("a run", () => {
  test("begins the server when no command is named", async () => {
    let seen: CommandContext | undefined;
    const { code } = await runWith(["--port", "123"], async (context) => {
      seen = context;
      return 0;
    });
    expect(code).toBe(0);
    expect(seen?.loaded.config.port).toBe(123);
  });

  test("shows help and version without a configuration", async () => {
    expect((await runWith(["--help"])).out).toContain("--data-dir");
    expect((await runWith(["serve", "-h"])).out).toContain("Usage: andon serve");
    expect((await runWith(["help"])).out).toContain("--data-dir");
    expect((await runWith(["help", "serve"])).out).toContain("Usage: andon serve");
    expect((await runWith(["--version"])).out).toMatch(/^andon \d+\.\d+\.\d+$/);
  });

  test("turns refusals into one sentence and their exit code", async () => {
    const refuse = async (): Promise<number> => {
      throw new StartupError(EXIT_CODE.secondInstance, "It is in use.");
    };
    expect(await runWith([], refuse)).toEqual({ code: 4, out: "", notes: "andon: It is in use." });
    const wrong = await runWith(["--port", "x"]);
    expect(wrong.code).toBe(2);
    expect(wrong.notes).toContain("--port must be");
  });

  test("turns surprises into exit code 1, without a URL's path", async () => {
    const fail = async (): Promise<number> => {
      throw new Error("cannot fetch https://hooks.example.com/canary");
    };
    const { code, notes } = await runWith([], fail);
    expect(code).toBe(1);
    expect(notes).not.toContain("canary");
    const known = await runWith([], async () => {
      throw new AppError("not_found", "There is no user x.");
    });
    expect(known).toMatchObject({ code: 1, notes: "andon: There is no user x." });
  });
});
