// In: request bytes with numbers of a fixed width. Out: the same bytes with other numbers in place:
// thousands of requests without building a string.

const ZERO = 48;

/** Writes `value` right-aligned, with leading zeros, over `width` bytes. */
export const writeDigits = (bytes: Buffer, at: number, width: number, value: number): void => {
  let rest = value;
  for (let index = at + width - 1; index >= at; index--) {
    const quotient = Math.floor(rest / 10);
    bytes[index] = ZERO + (rest - quotient * 10);
    rest = quotient;
  }
};

/** Where each `mark` begins in `bytes`. */
export const placesOf = (bytes: Buffer, mark: string): number[] => {
  const places: number[] = [];
  for (let at = bytes.indexOf(mark, 0, "latin1"); at >= 0; at = bytes.indexOf(mark, at + 1, "latin1"))
    places.push(at);
  return places;
};
