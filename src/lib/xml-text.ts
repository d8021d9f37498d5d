// In: any text. Out: the same without what no XML document may hold, escaped or not (XML 1.0, production 2):
// most control characters, two noncharacters, halves of surrogate pairs.

// oxlint-disable-next-line no-control-regex -- these are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Still to be escaped. What is forbidden becomes U+FFFD, so that a reader sees that something was there. */
export const toXmlText = (text: string): string => text.toWellFormed().replace(FORBIDDEN, "\ufffd");
