/**
 * The contract: everything that crosses a wire, and nothing else. PROTOCOL.md states the rules. RPC is in
 * worker/actors/contracts.
 */
export * from './floor/frames.ts';
export * from './sites/allowed-origin.ts';
export * from './conversation/attachment.ts';
export * from './accounts/audit.ts';
export * from './floor/attachments.ts';
export * from './floor/availability.ts';
export * from './campaigns/campaign.ts';
export * from './conversation/frames.ts';
export * from './base/decode.ts';
export * from './conversation/entries.ts';
export * from './http.ts';
export * from './base/ids.ts';
export * from './base/limits.ts';
export * from './conversation/parties.ts';
export * from './people/attachment.ts';
export * from './people/people.ts';
export * from './base/principal.ts';
export * from './base/refusals.ts';
export * from './routing/routing.ts';
export * from './conversation/state.ts';
export * from './base/text.ts';
export * from './people/time-table.ts';
export * from './base/web-address.ts';
