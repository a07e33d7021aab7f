/**
 * The contract: everything that crosses a wire, and nothing else. PROTOCOL.md states the rules. RPC is in
 * worker/actors/contracts.
 */
export * from './accounts/account.ts';
export * from './accounts/audit.ts';
export * from './accounts/operator.ts';
export * from './base/decode.ts';
export * from './base/ids.ts';
export * from './base/limits.ts';
export * from './base/principal.ts';
export * from './base/refusals.ts';
export * from './base/route.ts';
export * from './base/text.ts';
export * from './base/web-address.ts';
export * from './campaigns/campaign.ts';
export * from './canned/canned.ts';
export * from './conversation/attachment.ts';
export * from './conversation/entries.ts';
export * from './conversation/frames.ts';
export * from './conversation/history.ts';
export * from './conversation/parties.ts';
export * from './conversation/state.ts';
export * from './files/files.ts';
export * from './floor/attachments.ts';
export * from './floor/availability.ts';
export * from './floor/frames.ts';
export * from './people/attachment.ts';
export * from './people/people.ts';
export * from './people/photos.ts';
export * from './people/rights.ts';
export * from './people/roles.ts';
export * from './people/sign-in.ts';
export * from './people/statuses.ts';
export * from './reports/day.ts';
export * from './reports/time-table.ts';
export * from './routing/routing.ts';
export * from './sites/allowed-origin.ts';
export * from './sites/site.ts';
export * from './sites/visitor.ts';

export * as accountRoutes from './accounts/routes.ts';
export * as campaignRoutes from './campaigns/routes.ts';
export * as cannedRoutes from './canned/routes.ts';
export * as conversationRoutes from './conversation/routes.ts';
export * as fileRoutes from './files/routes.ts';
export * as floorRoutes from './floor/routes.ts';
export * as peopleRoutes from './people/routes.ts';
export * as reportRoutes from './reports/routes.ts';
export * as serverRoutes from './base/routes.ts';
export * as signInRoutes from './people/sign-in-routes.ts';
export * as siteRoutes from './sites/routes.ts';
