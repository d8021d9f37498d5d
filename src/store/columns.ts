// In: nothing. Out: column kinds that every slice's schema shares.
import { customType } from "drizzle-orm/sqlite-core";

/** 0 and 1 in the file, a boolean in code. */
export const flag = customType<{ data: boolean; driverData: number }>({
  dataType: () => "integer",
  toDriver: (value) => (value ? 1 : 0),
  fromDriver: (value) => value === 1,
});

/** JSON text in the file, a value of type T in code. */
export const json = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => "text",
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value) => JSON.parse(value) as T,
  })(name);

/** SQLite's BLOB; the driver gives and takes Uint8Array. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "blob" });
