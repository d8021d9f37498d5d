// In: nothing. Out: identifiers. Every entity has a UUID version 7 (time-ordered, RFC 9562).

/** A fresh UUID version 7 in lower-case canonical form. */
export const newId = (): string => Bun.randomUUIDv7();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for any canonical UUID, whatever its version. */
export const isId = (text: string): boolean => UUID.test(text);
