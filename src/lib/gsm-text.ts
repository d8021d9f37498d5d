// In: a text for a mobile phone. Out: the same in the letters that a short message carries in seven bits,
// as far as it can be said in them: one letter that is not among them costs the whole message more than
// half of its room (70 instead of 160 characters).

/** 3GPP TS 23.038: the default alphabet and its extension. */
const ALPHABET = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
    "abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€",
);

/** What machines and typographers write instead. */
const WORDS: Readonly<Record<string, string>> = {
  "°": "deg",
  µ: "u",
  μ: "u",
  "·": ".",
  "•": "-",
  "‐": "-",
  "‑": "-",
  "–": "-",
  "—": "-",
  "−": "-",
  "…": "...",
  "‘": "'",
  "’": "'",
  "‚": "'",
  "“": '"',
  "”": '"',
  "„": '"',
  "«": '"',
  "»": '"',
  "×": "x",
  "÷": "/",
  "±": "+/-",
  "≤": "<=",
  "≥": ">=",
  "≠": "!=",
  "→": "->",
  "²": "2",
  "³": "3",
  "½": "1/2",
  "‰": "per mille",
  "\t": " ",
  "\u00a0": " ",
  "\u2009": " ",
  "\u202f": " ",
  "\u200b": "",
  "\u2060": "",
  "\ufeff": "",
  ı: "i",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
};

/** A letter without its accents, where what is left can be sent. */
const bareLetter = (letter: string): string => {
  const bare = letter.normalize("NFD").replace(/\p{M}+/gu, "");
  return bare !== "" && [...bare].every((one) => ALPHABET.has(one)) ? bare : letter;
};

/** Other scripts, and pictures, stay as they are: better long than unreadable. */
export const gsmText = (text: string): string => {
  let result = "";
  for (const letter of text.normalize("NFC"))
    result += ALPHABET.has(letter) ? letter : (WORDS[letter] ?? bareLetter(letter));
  return result;
};
