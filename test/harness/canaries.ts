// In: secrets by name. Out: where any of them turns up in a text, in clear or in a common encoding.

export interface Canaries {
  /** A new one, 32 letters and digits, in no other text. */
  plant(name: string): string;
  /** One that the product itself made. */
  adopt(name: string, secret: string): string;
  /** Names of the secrets that the text holds, each with what surrounds it. */
  find(text: string): string[];
  readonly count: number;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const EITHER_SIDE = 60;

const randomLetters = (count: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => LETTERS[byte % LETTERS.length]).join(
    "",
  );

/** Base64 of the text at any of the three alignments: the letters that do not depend on neighbours. */
const base64Forms = (text: string): string[] =>
  [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text, "utf8")]).toString("base64url");
    return encoded.slice(shift === 0 ? 0 : shift + 1, -4);
  });

const formsOf = (secret: string): string[] => [
  ...new Set([
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret, "utf8").toString("hex"),
    ...base64Forms(secret),
  ]),
];

export const createCanaries = (): Canaries => {
  const forms = new Map<string, string>();
  let count = 0;
  const adopt = (name: string, secret: string): string => {
    count++;
    for (const form of formsOf(secret)) forms.set(form, name);
    return secret;
  };
  return {
    adopt,
    plant: (name) => adopt(name, `c${randomLetters(31)}`),
    find: (text) => {
      // Standard base64 is searched in the alphabet of URLs.
      const haystack = text.replaceAll("+", "-").replaceAll("/", "_");
      const found: string[] = [];
      for (const [form, name] of forms)
        for (const [where, needle] of [
          [text, form],
          [haystack, form],
        ] as const) {
          const at = where.indexOf(needle);
          if (at < 0) continue;
          found.push(
            `${name}: ${where.slice(Math.max(0, at - EITHER_SIDE), at + needle.length + EITHER_SIDE)}`,
          );
          break;
        }
      return found;
    },
    get count() {
      return count;
    },
  };
};
