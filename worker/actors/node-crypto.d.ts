/**
 * The part of node:crypto that workerd offers and we use. Node's own types would add all of Node to the Worker's
 * program.
 */
declare module 'node:crypto' {
  export function scryptSync(
    password: string,
    salt: Uint8Array,
    length: number,
    options: { N: number; r: number; p: number; maxmem?: number },
  ): Uint8Array;
}
