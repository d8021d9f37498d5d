// In: nothing. Out: where the archive of browser files is inside the executable. The build puts its
// own version of this file in place; when running from source there is no archive.

export const packPath: string | null = null;
