// The line protocol parser: a corpus of what the format allows and forbids, times and numbers to the
// last digit, and random lines compared with a slow reader that takes no shortcuts.
import { describe, expect, test } from "bun:test";
import { type LineSink, LineParser, type ParseResult } from "../../src/intake/line-protocol/parse";
import { type Precision, precisionOf } from "../../src/intake/line-protocol/precision";
import type { Prefix } from "../../src/intake/line-protocol/prefix";
import { seededRandom, wholeBetween } from "../harness/random";
import { readSlowly } from "../harness/slow-line-protocol";

interface Taken {
  measurement: string;
  tags: [string, string][];
  field: string;
  time: number;
  value: number | "bad" | "text";
}

interface Target {
  prefix: Prefix;
  field: string;
}

class Collector implements LineSink<Prefix, Target> {
  taken: Taken[] = [];
  prefixes = 0;
  fields = 0;

  openPrefix(prefix: Prefix): Prefix {
    this.prefixes++;
    return prefix;
  }

  openField(prefix: Prefix, field: string): Target {
    this.fields++;
    return { prefix, field };
  }

  take(target: Target, time: number, value: number): void {
    this.#add(target, time, value);
  }

  takeBad(target: Target): void {
    this.#add(target, 0, "bad");
  }

  takeText(prefix: Prefix, field: string): void {
    this.#add({ prefix, field }, 0, "text");
  }

  #add({ prefix, field }: Target, time: number, value: Taken["value"]): void {
    this.taken.push({ measurement: prefix.measurement, tags: [...prefix.tags], field, time, value });
  }
}

const NOW = 1_700_000_000_123;

const parse = (text: string, precision: Precision = "ns"): { taken: Taken[]; result: ParseResult } => {
  const sink = new Collector();
  const parser = new LineParser(sink);
  const result = parser.parse(new TextEncoder().encode(text), { precision, receivedAt: NOW });
  return { taken: sink.taken, result };
};

const only = (text: string, precision?: Precision): Taken => {
  const { taken, result } = parse(text, precision);
  expect(result).toMatchObject({ accepted: 1, rejected: 0 });
  expect(taken.length).toBe(1);
  return taken[0] as Taken;
};

describe("names", () => {
  test.each([
    ["cpu v=1", "cpu", [], "v"],
    ["my\\ cpu,a=b v=1", "my cpu", [["a", "b"]], "v"],
    ["a\\,b,k=v v=1", "a,b", [["k", "v"]], "v"],
    ["m,tag\\ key=tag\\,value\\=x v=1", "m", [["tag key", "tag,value=x"]], "v"],
    ["m field\\ key\\=x=1", "m", [], "field key=x"],
    // A backslash before anything else stands for itself.
    ["m,path=C:\\dir v=1", "m", [["path", "C:\\dir"]], "v"],
    ["m\\=x v=1", "m\\=x", [], "v"],
    ["Maschine\\ Süd,ort=Köln v=1", "Maschine Süd", [["ort", "Köln"]], "v"],
    ["温度,机器=三 值=1", "温度", [["机器", "三"]], "值"],
    ["m=x v=1", "m=x", [], "v"],
    ['"quoted",k="q" v=1', '"quoted"', [["k", '"q"']], "v"],
  ] as const)("%s", (line, measurement, tags, field) => {
    expect(only(line)).toMatchObject({ measurement, tags: tags.map((tag) => [...tag]), field, value: 1 });
  });
});

describe("values", () => {
  test.each([
    ["1", 1],
    ["-1", -1],
    ["+1", 1],
    ["1.5", 1.5],
    ["-0.25", -0.25],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", 1_000],
    ["1.5E-3", 0.0015],
    ["1e+2", 100],
    ["82i", 82],
    ["-82i", -82],
    ["82u", 82],
    ["0.1", 0.1],
    ["87.30000000000001", 87.30000000000001],
    ["123456789012345678", 123456789012345680],
    ["0.30000000000000004", 0.30000000000000004],
    ["1.7976931348623157e308", Number.MAX_VALUE],
    ["5e-324", 5e-324],
    ["9007199254740993i", 9007199254740992],
    ["t", 1],
    ["T", 1],
    ["true", 1],
    ["True", 1],
    ["TRUE", 1],
    ["f", 0],
    ["F", 0],
    ["false", 0],
    ["False", 0],
    ["FALSE", 0],
    ["NaN", "bad"],
    ["nan", "bad"],
    ["Inf", "bad"],
    ["-Inf", "bad"],
    ["+inf", "bad"],
    ["1e999", "bad"],
    ['"text"', "text"],
    ['"a \\" b, c=d e"', "text"],
    ['""', "text"],
  ] as const)("v=%s", (text, value) => {
    expect(only(`m v=${text} 1000000`).value).toBe(value);
  });

  test.each([
    "",
    "abc",
    "1x",
    "1.2.3",
    "1e",
    "1e+",
    "--1",
    "+-1",
    "-",
    ".",
    "1i2",
    "1.5i",
    "-5u",
    "0x10",
    "tru",
    "truex",
    "1_000",
    "1,",
    '"open',
    '"a"b',
    "'x'",
  ])("v=%s is refused", (text) => {
    const { taken, result } = parse(`m v=${text} 1\nm v=2 3`);
    expect(result).toMatchObject({ accepted: 1, rejected: 1 });
    expect(taken.map(({ value }) => value)).toEqual([2]);
  });

  test("numbers are read to the last bit", () => {
    const random = seededRandom(7);
    const bits = new DataView(new ArrayBuffer(8));
    for (let round = 0; round < 20_000; round++) {
      bits.setUint32(0, wholeBetween(random, 0, 0xffffffff));
      bits.setUint32(4, wholeBetween(random, 0, 0xffffffff));
      const value =
        round % 2 === 0
          ? bits.getFloat64(0)
          : Number((random() * 10 ** wholeBetween(random, -3, 9)).toFixed(wholeBetween(random, 0, 9)));
      if (!Number.isFinite(value)) continue;
      expect(only(`m v=${value}`).value).toBe(value);
    }
  });
});

describe("times", () => {
  test.each([
    ["ns", "1700000000123456789", 1_700_000_000_123],
    ["ns", "999999", 0],
    ["ns", "-1", -1],
    ["ns", "-1000000", -1],
    ["ns", "-1500000", -2],
    ["ns", "0", 0],
    ["ns", "9223372036854775807", 9_223_372_036_854],
    ["ns", "-9223372036854775808", -9_223_372_036_855],
    ["us", "1700000000123456", 1_700_000_000_123],
    ["ms", "1700000000123", 1_700_000_000_123],
    ["s", "1700000000", 1_700_000_000_000],
    ["m", "28333333", 28_333_333 * 60_000],
    ["h", "472222", 472_222 * 3_600_000],
    ["auto", "1700000000", 1_700_000_000_000],
    ["auto", "4999999999", 4_999_999_999_000],
    ["auto", "5000000000", 5_000_000_000],
    ["auto", "1700000000123", 1_700_000_000_123],
    ["auto", "5000000000000", 5_000_000_000],
    ["auto", "1700000000123456", 1_700_000_000_123],
    ["auto", "1700000000123456789", 1_700_000_000_123],
    ["auto", "-1700000000", -1_700_000_000_000],
    ["ns", "0001700000000123456789", 1_700_000_000_123],
  ] as const)("%s %s", (precision, timestamp, time) => {
    expect(only(`m v=1 ${timestamp}`, precision).time).toBe(time);
  });

  test("a line without one has the time of arrival", () => {
    for (const line of ["m v=1", "m v=1 ", "m v=1\r\n", "m v=1 \r\n"]) expect(only(line).time).toBe(NOW);
  });

  test.each(["x", "1.5", "1e9", "--1", "-", "1 2", "1 x", "92233720368547758070", "99999999999999999999999"])(
    "%s is refused",
    (timestamp) => {
      expect(parse(`m v=1 ${timestamp}`).result).toMatchObject({ accepted: 0, rejected: 1 });
    },
  );

  test("seconds beyond the year 9999 are refused, not wrapped", () => {
    expect(parse("m v=1 253402300800", "s").result.errors).toEqual([
      { line: 1, reason: "timestamp out of range", text: "m v=1 253402300800" },
    ]);
  });

  test("every spelling of a precision; nothing from the prototype", () => {
    expect(["ns", "n", "us", "u", "µ", "ms", "s", "m", "h", "auto", "second"].map(precisionOf)).not.toContain(
      undefined,
    );
    for (const text of ["", "constructor", "__proto__", "toString", "NS", "sec"])
      expect(precisionOf(text)).toBeUndefined();
  });
});

describe("lines", () => {
  test("blank lines, comments, line ends of Windows, spaces at the front", () => {
    const { taken, result } = parse("\n# comment v=1\r\n  m v=1 1000000\r\n\r\n\tm v=2 2000000\n \n#last");
    expect(result).toEqual({ accepted: 2, rejected: 0, errors: [] });
    expect(taken.map(({ time, value }) => [time, value])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test("many fields, any spaces between the parts", () => {
    const { taken } = parse('m,a=b  x=1,y=2i,z="s",w=t   5000000  ');
    expect(taken.map(({ field, time, value }) => [field, time, value])).toEqual([
      ["x", 5, 1],
      ["y", 5, 2],
      ["z", 0, "text"],
      ["w", 5, 1],
    ]);
  });

  test("a bad field spoils its line and no other", () => {
    const { taken, result } = parse(
      "m a=1,b=x 1\nm a=2 1000000\nm a=3,b 1\nm a=4,b= 1\nm ,b=1 1\nm a=5 2000000",
    );
    expect(taken.map(({ value }) => value)).toEqual([2, 5]);
    expect(result.errors.map(({ line }) => line)).toEqual([1, 3, 4, 5]);
  });

  test("a quote that is never closed does not swallow the lines after it", () => {
    const { taken, result } = parse('m a="open 1\nm a=2 1000000\nm a=3 2000000');
    expect(taken.map(({ value }) => value)).toEqual([2, 3]);
    expect(result.errors).toEqual([{ line: 1, reason: "unbalanced quotes", text: 'm a="open 1' }]);
  });

  test("lines inside a quoted text are counted", () => {
    const { taken, result } = parse('m a="one\ntwo\\"\nthree",b=1 1000000\nbad\nm a=2 2000000');
    expect(taken.map(({ value }) => value)).toEqual(["text", 1, 2]);
    expect(result.errors.map(({ line }) => line)).toEqual([4]);
  });

  test.each([
    ["m", "missing fields"],
    ["m,a=b", "missing fields"],
    ["m ", "missing field key"],
    [",a=b v=1", "missing measurement"],
    ["m,a v=1", "missing tag value of a"],
    ["m,a= v=1", "missing tag value of a"],
    ["m,=b v=1", "missing tag key"],
    ["m,a=b=c v=1", "invalid tag value of a"],
    ["m,a=b,a=c v=1", "duplicate tag a"],
    ["m, v=1", "missing tag key"],
    ["m v", "missing field value"],
    ["m =1", "missing field key"],
    ["m v=1,", "missing field key"],
    ["m v=x", "invalid value of field v"],
    [`${"m".repeat(9_000)} v=1`, "measurement and tags are longer than 8 KiB"],
  ])("%p: %s", (line, reason) => {
    expect(parse(line).result.errors).toEqual([{ line: 1, reason, text: line.slice(0, 200) }]);
  });

  test("a hundred errors are kept, all are counted", () => {
    const { result } = parse("x\n".repeat(1_000));
    expect([result.rejected, result.errors.length]).toEqual([1_000, 100]);
  });
});

test("a known prefix and its fields are opened once, whatever the order of fields and requests", () => {
  const sink = new Collector();
  const parser = new LineParser(sink);
  const send = (text: string): void =>
    void parser.parse(new TextEncoder().encode(text), { precision: "ns", receivedAt: NOW });
  for (let round = 0; round < 50; round++) {
    send("m,a=1 x=1,y=2\nm,a=2 y=3,x=4\n");
    send("m,a=1 y=5\nm,a=1 z=6,x=7\n");
  }
  expect([sink.prefixes, sink.fields]).toEqual([2, 5]);
  expect(sink.taken.slice(0, 7).map(({ tags, field, value }) => [tags[0]?.[1], field, value])).toEqual([
    ["1", "x", 1],
    ["1", "y", 2],
    ["2", "y", 3],
    ["2", "x", 4],
    ["1", "y", 5],
    ["1", "z", 6],
    ["1", "x", 7],
  ]);
  parser.forget();
  send("m,a=1 x=1");
  expect(sink.prefixes).toBe(3);
});

test("more prefixes than the memory holds: it begins anew and stays right", () => {
  const sink = new Collector();
  const parser = new LineParser(sink, 100);
  for (let round = 0; round < 3; round++)
    parser.parse(
      new TextEncoder().encode(Array.from({ length: 5_000 }, (_, i) => `m,a=${i} v=${i}`).join("\n")),
      { precision: "ns", receivedAt: NOW },
    );
  expect(sink.taken.length).toBe(15_000);
  expect(sink.taken.every(({ tags, value }) => tags[0]?.[1] === String(value))).toBe(true);
});

test("random lines mean the same as to the slow reader", () => {
  const random = seededRandom(20_260_101);
  const pick = <T>(list: readonly T[]): T => list[wholeBetween(random, 0, list.length - 1)] as T;
  const pieces = [
    ...'abcm=,\\ "#\r\n\t-+.0123456789eEiutf',
    "\n",
    "\n",
    " ",
    "=",
    "m,a=b v=1",
    "m v=2 1700000000000000000",
    "\\ ",
    "\\,",
    "\\=",
    '\\"',
    '="x"',
    "NaN",
    "Inf",
    "true",
    "1.5e3",
    "é",
    "温",
    ",host=x y=1i",
  ];
  const soup = (): string => Array.from({ length: wholeBetween(random, 1, 40) }, () => pick(pieces)).join("");
  const words = ["m", "a\\ b", "c\\,d", "e\\=f", "g\\h", "温", "x.y", '"q"', "#n", "-1"];
  const values = [
    "1",
    "-2.5",
    ".5",
    "3.",
    "1e3",
    "4i",
    "5u",
    "t",
    "False",
    '"s"',
    '"a\\"b"',
    '"l\nm"',
    "NaN",
    "-Inf",
    "x",
    "",
  ];
  const many = (most: number, one: () => string): string =>
    Array.from({ length: wholeBetween(random, 1, most) }, one).join(",");
  const pair = (value: () => string) => (): string => `${pick(words)}=${value()}`;
  /** Mostly well-formed, with one character changed now and then. */
  const plausible = (): string => {
    const lines = Array.from({ length: wholeBetween(random, 1, 4) }, () => {
      const tags =
        random() < 0.5
          ? ""
          : `,${many(
              3,
              pair(() => pick(words)),
            )}`;
      const time = pick(["", ` ${wholeBetween(random, -1e12, 1e13)}`, " 0", "  7 "]);
      return `${pick(words)}${tags} ${many(
        3,
        pair(() => pick(values)),
      )}${time}`;
    });
    const text = lines.join(pick(["\n", "\r\n", "\n\n", "\n# c\n"]));
    if (random() < 0.7) return text;
    const at = wholeBetween(random, 0, text.length);
    return text.slice(0, at) + pick(pieces) + text.slice(at + wholeBetween(random, 0, 1));
  };
  const isBeyond = (timestamp: string | null): boolean =>
    Number(timestamp) < -62_135_596_800_000 || Number(timestamp) > 253_402_300_799_999;
  let compared = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = round % 4 === 0 ? soup() : plausible();
    const { taken, result } = parse(text, "ms");
    const expected = readSlowly(text).map(({ line, content }) => ({
      line,
      // What only the fast reader judges: the range of the timestamp.
      content: isBeyond(content?.timestamp ?? null) ? null : content,
    }));
    const context = JSON.stringify(text);
    expect([context, result.errors.map(({ line }) => line)]).toEqual([
      context,
      expected
        .filter(({ content }) => content === null)
        .map(({ line }) => line)
        .slice(0, 100),
    ]);
    const flat = expected.flatMap(({ content }) =>
      (content?.fields ?? []).map(([field, value]) => ({
        measurement: content?.measurement,
        tags: content?.tags,
        field,
        time:
          value === "text" || !Number.isFinite(value)
            ? 0
            : content?.timestamp == null
              ? NOW
              : Number(content.timestamp) + 0,
        value: value === "text" ? "text" : Number.isFinite(value) ? value : "bad",
      })),
    );
    expect([context, taken]).toEqual([context, flat as Taken[]]);
    compared += flat.length;
  }
  // The mixture is worth something only if a fair part of it is well-formed.
  expect(compared).toBeGreaterThan(5_000);
});
