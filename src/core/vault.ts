// In: a secret that has to be kept. Out: the form in which it may be written to the database, and the
// secret again. Everything that must be read back later (not only compared) is kept sealed.

/** Where it is used: in repositories, when a row is written and when it is read. */
export interface Vault {
  /** A text that says nothing without the instance's key; another one at every call. */
  seal(text: string): string;
  /** Throws an Error, which holds neither secret nor key, for what this instance has not sealed. */
  open(sealed: string): string;
}
