// In: the word after --target. Out: what the bundler calls it, and the name of the file to write.

export interface BuildTarget {
  readonly name: string;
  readonly bun: Bun.Build.CompileTarget;
  readonly outfile: string;
}

const target = (name: string, outfile: string): BuildTarget => ({
  name,
  bun: `bun-${name}` as Bun.Build.CompileTarget,
  outfile: `dist/${outfile}`,
});

/** The first one is the default. `baseline` is for processors before 2013, common in control cabinets. */
export const BUILD_TARGETS: readonly BuildTarget[] = [
  target("linux-x64", "andon"),
  target("linux-x64-baseline", "andon-linux-x64-baseline"),
  target("linux-arm64", "andon-linux-arm64"),
  target("windows-x64", "andon-windows-x64.exe"),
  target("darwin-arm64", "andon-darwin-arm64"),
  target("darwin-x64", "andon-darwin-x64"),
];

const ALIASES: Readonly<Record<string, string>> = {
  x64: "linux-x64",
  arm64: "linux-arm64",
  windows: "windows-x64",
};

/** `bun-linux-arm64`, `linux-arm64` and `arm64` are the same. */
export const findTarget = (word: string): BuildTarget | undefined => {
  const name = word.replace(/^bun-/, "");
  return BUILD_TARGETS.find((one) => one.name === (ALIASES[name] ?? name));
};
