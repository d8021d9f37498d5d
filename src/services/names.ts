// In: a service's name as a person or a payload writes it. Out: the key by which names are compared.

/** Names are compared without regard to case, surrounding space and the spelling of accents (NFC). */
export const nameKeyOf = (name: string): string => name.trim().normalize("NFC").toLowerCase();
