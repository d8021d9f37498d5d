// In: flags, variables and files as people write them. Out: the configuration, or a refusal that names
// the option and never shows a secret.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultConfig, loadConfig, type ConfigSources } from "../../../src/config/config";
import { OPTION_NAMES, OPTIONS } from "../../../src/config/options";
import { describeConfig, helpLines, README_MARKERS, withOptionTable } from "../../../src/config/show";
import { EXIT_CODE, StartupError } from "../../../src/core/errors";
import { removeDirectory, temporaryDirectory } from "../../harness/store";

let directory = "";
beforeAll(() => (directory = temporaryDirectory("andon-config-")));
afterAll(() => removeDirectory(directory));

const load = (sources: ConfigSources) => loadConfig({ env: {}, flags: {}, directory, ...sources });

const refusalOf = (sources: ConfigSources): StartupError => {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof StartupError) return error;
    throw error;
  }
  throw new Error("it was accepted");
};

const fileWith = (text: string): string => {
  const path = join(directory, `value-${Bun.hash(text)}`);
  writeFileSync(path, text);
  return path;
};

describe("where a value comes from", () => {
  test("the default, when nothing is said", () => {
    const { config, origins, warnings } = load({});
    expect(config.port).toBe(8080);
    expect(config.host).toBe("127.0.0.1");
    expect(config.machineTag).toEqual(["machine", "host", "device"]);
    expect(config.dataDir).toBe(join(directory, "data"));
    expect(origins.port).toBe("default");
    expect(warnings).toEqual([]);
  });

  test("a flag wins over a variable, a variable over a file", () => {
    const env = { ANDON_PORT: "2000", ANDON_PORT_FILE: fileWith("3000\n") };
    expect(load({ flags: { port: "1000" }, env }).config.port).toBe(1000);
    expect(load({ env }).config.port).toBe(2000);
    const fromFile = load({ env: { ANDON_PORT_FILE: env.ANDON_PORT_FILE } });
    expect(fromFile.config.port).toBe(3000);
    expect(fromFile.origins.port).toBe("ANDON_PORT_FILE");
  });

  test("an empty variable counts as unset", () => {
    expect(load({ env: { ANDON_PUBLIC_URL: "", ANDON_PORT: "" } }).config).toMatchObject({
      publicUrl: null,
      port: 8080,
    });
  });

  test("only the line end at the end of a file is dropped", () => {
    const secret = "a secret with spaces at its end  and 32+ characters";
    const env = { ANDON_BOOTSTRAP_TOKEN_FILE: fileWith(`${secret}\n`) };
    expect(load({ env }).config.bootstrapToken).toBe(secret);
  });

  test("a misspelt variable is pointed out", () => {
    const { warnings } = load({ env: { ANDON_PROT: "1", ANDON_PORT: "1", OTHER: "x" } });
    expect(warnings).toEqual(["ANDON_PROT is not an option of Andon and has no effect."]);
  });
});

describe("values", () => {
  test("lists take commas and white space", () => {
    const env = { ANDON_OUTBOUND_ALLOW: "10.0.0.0/8, [fd00::1]:9000\n plc-7.line2:502" };
    expect(load({ env }).config.outboundAllow).toEqual(["10.0.0.0/8", "[fd00::1]:9000", "plc-7.line2:502"]);
  });

  test("the public URL loses its slash", () => {
    expect(load({ env: { ANDON_PUBLIC_URL: "https://Andon.Example.com/" } }).config.publicUrl).toBe(
      "https://andon.example.com",
    );
  });

  test("switches take the usual words", () => {
    for (const word of ["true", "1", "YES", "on"])
      expect(load({ env: { ANDON_PUBLIC_DOCS: word } }).config.publicDocs).toBe(true);
    for (const word of ["false", "0", "no", "Off"])
      expect(load({ env: { ANDON_PUBLIC_DOCS: word } }).config.publicDocs).toBe(false);
  });

  test("every default can be written and read again", () => {
    const defaults = defaultConfig();
    for (const name of OPTION_NAMES) {
      const option = OPTIONS[name] as (typeof OPTIONS)["dataDir"];
      const value = option.default;
      expect(option.kind.parse(option.kind.print(value))).toEqual(value);
      expect(defaults).toHaveProperty(name);
    }
  });

  test("replaced defaults are for tests", () => {
    expect(defaultConfig({ port: 0, region: "north" })).toMatchObject({ port: 0, region: "north" });
  });
});

describe("refusals name the option", () => {
  const cases: [string, Record<string, string>, string][] = [
    ["a port that is no number", { ANDON_PORT: "80a" }, "ANDON_PORT must be a whole number from 0 to 65535"],
    ["a port out of range", { ANDON_PORT: "70000" }, "ANDON_PORT must be"],
    ["a port with a fraction", { ANDON_PORT: "80.5" }, "ANDON_PORT must be"],
    [
      "an unknown mode",
      { ANDON_OUTBOUND_MODE: "all" },
      "ANDON_OUTBOUND_MODE must be one of lan, strict, open",
    ],
    ["a range that is none", { ANDON_TRUSTED_PROXIES: "10.0.0.0/99" }, "ANDON_TRUSTED_PROXIES holds"],
    ["a listener without a port", { ANDON_OUTBOUND_ALLOW: "plc7" }, "ANDON_OUTBOUND_ALLOW holds"],
    ["a URL with a path", { ANDON_PUBLIC_URL: "https://a.example/andon" }, "ANDON_PUBLIC_URL must end"],
    [
      "a URL with a password",
      { ANDON_PUBLIC_URL: "https://u:p@a.example" },
      "ANDON_PUBLIC_URL must not hold",
    ],
    ["a URL of another scheme", { ANDON_PUBLIC_URL: "ftp://a.example" }, "ANDON_PUBLIC_URL must be a URL"],
    ["a switch with another word", { ANDON_PUBLIC_DOCS: "maybe" }, "ANDON_PUBLIC_DOCS must be true or false"],
    [
      "a certificate without its key",
      { ANDON_TLS_CERT: "a.pem" },
      "ANDON_TLS_CERT is set but ANDON_TLS_KEY is not",
    ],
    ["an e-mail without a password", { ANDON_ADMIN_EMAIL: "a@b" }, "ANDON_ADMIN_PASSWORD is not"],
    [
      "two sorts of TLS",
      { ANDON_TLS_CERT: "a", ANDON_TLS_KEY: "b", ANDON_TLS_SELF_SIGNED: "1" },
      "ANDON_TLS_SELF_SIGNED and ANDON_TLS_CERT exclude each other",
    ],
    ["no tag for machines", { ANDON_MACHINE_TAG: "," }, "ANDON_MACHINE_TAG is empty"],
    [
      "copies for everybody among the secrets",
      { ANDON_DATA_DIR: "data", ANDON_MIRROR_DIR: "data/../data/public" },
      "ANDON_MIRROR_DIR lies in ANDON_DATA_DIR",
    ],
    ["a host with a port", { ANDON_HOST: "0.0.0.0:80" }, "ANDON_HOST must be a host name"],
    ["a retention of no days", { ANDON_RAW_RETENTION_DAYS: "0" }, "ANDON_RAW_RETENTION_DAYS must be"],
  ];
  for (const [what, env, sentence] of cases)
    test(what, () => {
      const refusal = refusalOf({ env });
      expect(refusal.message).toContain(sentence);
      expect(refusal.exitCode).toBe(EXIT_CODE.usage);
    });

  test("a file that is not there", () => {
    const refusal = refusalOf({ env: { ANDON_ADMIN_PASSWORD_FILE: join(directory, "missing") } });
    expect(refusal.message).toContain("ANDON_ADMIN_PASSWORD_FILE names the file");
    expect(refusal.message).toContain("ENOENT");
  });

  test("a flag is named as a flag", () => {
    expect(refusalOf({ flags: { port: "x" } }).message).toStartWith("--port must be");
  });

  test("a secret that is refused is not shown", () => {
    const refusal = refusalOf({ env: { ANDON_BOOTSTRAP_TOKEN: "too-short-canary" } });
    expect(refusal.message).toContain("ANDON_BOOTSTRAP_TOKEN must have from 32");
    expect(refusal.message).not.toContain("canary");
  });
});

describe("what is shown", () => {
  test("secrets are masked, whole", () => {
    const env = {
      ANDON_ADMIN_EMAIL: "boss@plant.example",
      ANDON_ADMIN_PASSWORD: "canary-password-1",
      ANDON_BOOTSTRAP_TOKEN: "canary-token-0123456789-0123456789-xyz",
    };
    const shown = JSON.stringify(describeConfig(load({ env })));
    expect(shown).toContain("boss@plant.example");
    expect(shown).toContain("••••");
    expect(shown).not.toContain("canary");
    expect(shown).not.toContain("xyz");
  });

  test("the help names every flag", () => {
    const help = helpLines().join("\n");
    for (const name of OPTION_NAMES) expect(help).toContain(`--${OPTIONS[name].flag} `);
  });

  test("the table goes between its markers and nowhere else", () => {
    const readme = `before\n${README_MARKERS.begin}\nold\n${README_MARKERS.end}\nafter`;
    const renewed = withOptionTable(readme) ?? "";
    expect(renewed).toStartWith("before\n");
    expect(renewed).toEndWith("\nafter");
    expect(renewed).not.toContain("old");
    expect(withOptionTable(renewed)).toBe(renewed);
    expect(withOptionTable("no markers")).toBeNull();
  });
});
