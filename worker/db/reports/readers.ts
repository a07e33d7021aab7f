/** The reader of each report. The type checker demands one for every route of worker/protocol/reports. */
import type { Reader, Reports } from './reader.ts';
import { readTimeTable } from './time-table.ts';

export const readers: { readonly [Name in keyof Reports]: Reader<Name> } = {
  timeTable: readTimeTable,
};
