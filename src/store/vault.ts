// In: the keys of the instance. Out: what seals with the first of them and opens with any.
import type { Vault } from "../core/vault";
import { keyIdOf, openText, sealText, type SecretKey } from "../lib/envelope";

/** The first one seals; the others are there until nothing is sealed with them any more. */
export type SecretKeys = readonly [SecretKey, ...SecretKey[]];

export const createVault = (keys: SecretKeys): Vault => ({
  seal: (text) => sealText(keys[0], text),
  open: (sealed) => {
    const id = keyIdOf(sealed);
    const key = keys.find((one) => one.id === id);
    if (key === undefined) throw new Error("This was sealed with a key that is not here, or not at all.");
    return openText(key, sealed);
  },
});
