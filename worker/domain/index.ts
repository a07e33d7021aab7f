/** The rules, pure: no clock, no randomness, no I/O that is not passed in. */
export * from './activity.ts';
export * from './archive.ts';
export * from './backoff.ts';
export * as bucket from './bucket.ts';
export * from './chance.ts';
export * from './conversation.ts';
export * from './days.ts';
export * from './marks.ts';
export * from './origins.ts';
export * from './rights.ts';
export * from './routing.ts';
export * from './sight.ts';
export * from './simulate.ts';
export type { Report } from './simulation-report.ts';
export * from './status.ts';
export * from './text.ts';
export * as throttle from './throttle.ts';
export * from './waiting.ts';
