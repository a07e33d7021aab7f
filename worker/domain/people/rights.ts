/** Rights: one table of who may do what, for HTTP, sockets and actors. Every right ends at the account's border. */
import type { Action, Principal, Role } from '#protocol';

/** The object of an action, as far as rights depend on it. */
export interface Resource {
  readonly account?: string;
  readonly visitor?: string;
}

const agents: readonly Role[] = ['agent', 'supervisor', 'administrator'];
const managers: readonly Role[] = ['supervisor', 'administrator'];

export interface Right {
  /** Each of these roles has the right … */
  readonly roles: readonly Role[];
  /** … if it belongs to the console, only with access to that. */
  readonly console: boolean;
}

/** The roles that have a right in their account. */
export const rights: Readonly<Record<Exclude<Action, 'deployment.operate'>, Right>> = {
  'conversation.follow': { roles: agents, console: false },
  'conversation.write': { roles: agents, console: false },
  'conversation.take': { roles: agents, console: false },
  'conversation.assign': { roles: managers, console: true },
  'floor.watch': { roles: agents, console: false },
  'conversation.history': { roles: managers, console: true },
  'canned.use': { roles: agents, console: false },
  'canned.write': { roles: managers, console: true },
  'settings.read': { roles: managers, console: true },
  'settings.write': { roles: ['administrator'], console: true },
  'people.read': { roles: managers, console: true },
  'people.write': { roles: ['administrator'], console: true },
  'reports.read': { roles: managers, console: true },
  'audit.read': { roles: ['administrator'], console: true },
};

/** Actions that an offline agent may not do. */
const assisting: readonly Action[] = ['conversation.follow', 'conversation.write', 'conversation.take'];

/** True if only the user's status forbids the action. */
export function needsOnline(principal: Principal, action: Action, resource: Resource = {}): boolean {
  const isOffline = principal.kind === 'user' && principal.offline === true;
  return isOffline && assisting.includes(action) && can({ ...principal, offline: false }, action, resource);
}

/** True if the principal may do the action. */
export function can(principal: Principal, action: Action, resource: Resource = {}): boolean {
  if (principal.kind === 'operator') return action === 'deployment.operate';
  if (action === 'deployment.operate') return false;
  if (resource.account !== undefined && resource.account !== principal.account) return false;
  if (principal.kind === 'visitor') {
    const own = action === 'conversation.follow' || action === 'conversation.write';
    return own && resource.visitor === principal.id;
  }
  if (principal.mustEnroll) return false;
  if (principal.offline && assisting.includes(action)) return false;
  const right = rights[action];
  return (!right.console || principal.manages) && right.roles.some((role) => principal.roles.includes(role));
}
