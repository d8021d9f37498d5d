// In: nothing. Out: the type of an SQL file imported as text.
declare module "*.sql" {
  const text: string;
  export default text;
}
