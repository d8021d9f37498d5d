// In: files that the bundler turns into strings. Out: their types.
declare module "*.css" {
  const text: string;
  export default text;
}
