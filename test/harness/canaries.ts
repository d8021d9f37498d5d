// In: secrets by name. Out: where any of them turns up in a text, in clear or in a common encoding.

export interface Canaries {
  /** A new one, 32 letters and digits, in no other text. */
  plant(name: string): string;
  /** One that the product itself made. */
  adopt(name: string, secret: string): string;
  /** Names of the secrets that a text holds, each with the text's title and what surrounds it. */
  find(texts: Iterable<readonly [title: string, text: string]>): string[];
  readonly count: number;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const EITHER_SIDE = 60;
const BETWEEN_TEXTS = "\n\u0000\n";

const randomLetters = (count: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(count)), (byte) => LETTERS[byte % LETTERS.length]).join(
    "",
  );

/** Base64 of the text at any of the three alignments: the letters that do not depend on neighbours. */
const base64Forms = (text: string): string[] =>
  [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text, "utf8")]).toString("base64");
    return encoded.slice(shift === 0 ? 0 : shift + 1, -4);
  });

const formsOf = (secret: string): string[] => {
  const base64 = base64Forms(secret);
  return [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret, "utf8").toString("hex"),
      ...base64,
      ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
    ]),
  ];
};

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
    find: (texts) => {
      // One long text: a thousand searches in it are far quicker than in each of a thousand short ones.
      const all = [...texts];
      const joined = all.map(([, text]) => text).join(BETWEEN_TEXTS);
      return [...forms]
        .filter(([form]) => joined.includes(form))
        .flatMap(([form, name]) =>
          all.flatMap(([title, text]) => {
            const at = text.indexOf(form);
            if (at < 0) return [];
            return [
              `${title}: ${name}: ${text.slice(Math.max(0, at - EITHER_SIDE), at + form.length + EITHER_SIDE)}`,
            ];
          }),
        );
    },
    get count() {
      return count;
    },
  };
};
