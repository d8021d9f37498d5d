// The navigation: each entry has a key of its own and a page behind it, and a small screen's bar has four.
import { describe, expect, test } from "bun:test";
import type { SessionInfo } from "../../../web/api/session";
import { navigationEntries } from "../../../web/app/navigation";
import { enter } from "../../../web/app/session";

const signInAs = (role: string): void => enter({ user: { role } } as unknown as SessionInfo);

describe("the navigation", () => {
  test("has one key and one address per entry, and four entries in the bar", () => {
    signInAs("admin");
    const entries = navigationEntries();
    expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
    expect(new Set(entries.map(({ href }) => href)).size).toBe(entries.length);
    expect(entries.filter(({ isInBar }) => isInBar === true).length).toBe(4);
  });

  test("shows nobody what the role forbids", () => {
    signInAs("viewer");
    const seen = navigationEntries().map(({ href }) => href);
    expect(seen).toContain("/incidents");
    expect(seen).not.toContain("/tokens");
    expect(seen).not.toContain("/users");
  });
});
