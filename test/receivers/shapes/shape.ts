// In: nothing. Out: what a recorded shape of a sender's payload is, with values of our own.

export interface Shape {
  title: string;
  payload: unknown;
  headers?: Record<string, string>;
  /**
   * Of each thing that it says: service, meaning and the sender's word; `+` with the hours until it begins
   * where work is announced, `!` where it is called off or over. Or why it says nothing.
   */
  says: readonly string[] | "nothing" | "unreadable" | "confirmation";
}

/** When all shapes were taken, in ms. */
export const TAKEN_AT = Date.UTC(2026, 0, 5, 12);
