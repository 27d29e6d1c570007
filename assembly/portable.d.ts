/** layout.ts is compiled by TypeScript too: there an unsigned integer is a number. */
type u32 = number;
