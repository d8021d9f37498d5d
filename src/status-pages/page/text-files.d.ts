// In: nothing. Out: the types of style sheets and scripts of the public page, imported as text.
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "*.client.js" {
  const text: string;
  export default text;
}
