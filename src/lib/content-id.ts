// In: a text. Out: an ID that stands for it: the same text has the same ID, for ever and everywhere.

/** Version 8 of RFC 9562 (the meaning of its bits is ours): the first 122 bits of the text's SHA-256. */
export const idOfContent = (text: string): string => {
  const hex = new Bun.CryptoHasher("sha256").update(text).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
};
