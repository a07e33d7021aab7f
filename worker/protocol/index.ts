/** The contract: everything that crosses a wire or an RPC, and nothing else. PROTOCOL.md states the rules. */
export * from './agent-frames.ts';
export * from './attachment.ts';
export * from './audit.ts';
export * from './campaign.ts';
export * from './conversation-frames.ts';
export * from './decode.ts';
export * from './entries.ts';
export * from './http.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './parties.ts';
export * from './people.ts';
export * from './refusals.ts';
export * from './routing.ts';
export * from './state.ts';
export * from './text.ts';
export * from './time-table.ts';
