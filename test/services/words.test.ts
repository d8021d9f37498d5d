// How the words of several sources become one status: each rule of `words.ts`, and over random talk the
// properties that follow from them.
import { describe, expect, test } from "bun:test";
import {
  SERVICE_STATUSES,
  STATUS_SOURCE_KINDS,
  type ServiceStatus,
  type StatusSourceKind,
} from "../../src/core/events";
import { shownWord, wordsAfter, type StatusWord } from "../../src/services/words";
import { seededRandom, wholeBetween } from "../harness/random";

type Said = [kind: StatusSourceKind, id: string, status: ServiceStatus];

const talk = (...said: Said[]): readonly StatusWord[] =>
  said.reduce<readonly StatusWord[]>(
    (words, [kind, id, status], at) =>
      wordsAfter(words, { source: { kind, id, name: id }, status, message: "", at }),
    [],
  );

const shown = (...said: Said[]): ServiceStatus => shownWord(talk(...said))?.status ?? "operational";

describe("sources that measure", () => {
  test("nobody has said anything: operational", () => {
    expect(shown()).toBe("operational");
  });

  test("one that recovers takes back only what it has said itself", () => {
    const down: Said[] = [
      ["monitor", "a", "down"],
      ["monitor", "b", "down"],
    ];
    expect(shown(...down)).toBe("down");
    expect(shown(...down, ["monitor", "a", "operational"])).toBe("down");
    expect(shown(...down, ["monitor", "a", "operational"], ["monitor", "b", "operational"])).toBe(
      "operational",
    );
  });

  test("the worst of them is shown, whoever spoke last", () => {
    expect(shown(["monitor", "a", "down"], ["receiver", "b", "degraded"])).toBe("down");
    expect(shown(["receiver", "b", "degraded"], ["monitor", "a", "down"])).toBe("down");
    expect(shown(["receiver", "b", "down"], ["receiver", "b", "degraded"])).toBe("degraded");
  });
});

describe("maintenance", () => {
  test("is declared: no measurement ends it, and what was measured is shown afterwards", () => {
    const during: Said[] = [
      ["maintenance", "w", "maintenance"],
      ["monitor", "a", "down"],
    ];
    expect(shown(...during)).toBe("maintenance");
    expect(shown(...during, ["maintenance", "w", "operational"])).toBe("down");
    expect(shown(...during, ["monitor", "a", "operational"], ["maintenance", "w", "operational"])).toBe(
      "operational",
    );
  });

  test("of a script that deploys ends with its own word", () => {
    const deploying: Said[] = [
      ["receiver", "ci", "maintenance"],
      ["monitor", "a", "down"],
    ];
    expect(shown(...deploying)).toBe("maintenance");
    expect(shown(...deploying, ["receiver", "ci", "operational"])).toBe("down");
    expect(shown(["receiver", "ci", "maintenance"], ["receiver", "ci", "down"])).toBe("down");
  });

  test("of two windows ends with the second", () => {
    const both: Said[] = [
      ["maintenance", "1", "maintenance"],
      ["maintenance", "2", "maintenance"],
      ["maintenance", "1", "operational"],
    ];
    expect(shown(...both)).toBe("maintenance");
    expect(shown(...both, ["maintenance", "2", "operational"])).toBe("operational");
  });
});

describe("people", () => {
  test("correct everything that was said before", () => {
    expect(
      shown(["monitor", "a", "down"], ["incident", "i", "degraded"], ["person", "p", "operational"]),
    ).toBe("operational");
  });

  test("are corrected by the next thing that a source says", () => {
    expect(shown(["person", "p", "degraded"], ["receiver", "r", "operational"])).toBe("operational");
    expect(shown(["person", "p", "down"], ["receiver", "r", "degraded"])).toBe("degraded");
  });

  test("speak with one voice", () => {
    expect(shown(["person", "p", "down"], ["person", "q", "degraded"])).toBe("degraded");
    expect(talk(["person", "p", "down"], ["person", "q", "degraded"]).length).toBe(1);
  });

  test("hold maintenance until a person ends it", () => {
    const held: Said[] = [
      ["person", "p", "maintenance"],
      ["receiver", "r", "operational"],
      ["monitor", "a", "down"],
    ];
    expect(shown(...held)).toBe("maintenance");
    expect(shown(...held, ["person", "q", "operational"])).toBe("operational");
  });

  test("do not end a window, and are heard after it", () => {
    const during: Said[] = [
      ["maintenance", "w", "maintenance"],
      ["person", "p", "down"],
    ];
    expect(shown(...during)).toBe("maintenance");
    expect(shown(...during, ["maintenance", "w", "operational"])).toBe("down");
  });

  test("are not corrected by a window that begins or ends", () => {
    expect(
      shown(
        ["person", "p", "down"],
        ["maintenance", "w", "maintenance"],
        ["maintenance", "w", "operational"],
      ),
    ).toBe("down");
  });
});

test("whatever is said: nobody who said operational last is held against the service", () => {
  const random = seededRandom(20_260_404);
  const pick = <T>(list: readonly T[]): T => list[wholeBetween(random, 0, list.length - 1)] as T;
  for (let round = 0; round < 500; round++) {
    const last = new Map<string, ServiceStatus>();
    let words: readonly StatusWord[] = [];
    for (let step = 0; step < 30; step++) {
      const kind = pick(STATUS_SOURCE_KINDS);
      const id = pick(["1", "2"]);
      const status =
        kind === "maintenance" ? pick<ServiceStatus>(["operational", "maintenance"]) : pick(SERVICE_STATUSES);
      words = wordsAfter(words, { source: { kind, id, name: id }, status, message: "", at: step });
      last.set(kind === "person" ? "person" : `${kind} ${id}`, status);
      for (const word of words) {
        const key = word.source.kind === "person" ? "person" : `${word.source.kind} ${word.source.id}`;
        expect(last.get(key)).toBe(word.status);
        expect(word.status).not.toBe("operational");
      }
      const windows = [...last].filter(
        ([key, said]) => key.startsWith("maintenance ") && said === "maintenance",
      );
      expect(words.filter((word) => word.source.kind === "maintenance").length).toBe(windows.length);
      if (windows.length > 0) expect(shownWord(words)?.status).toBe("maintenance");
    }
  }
});
