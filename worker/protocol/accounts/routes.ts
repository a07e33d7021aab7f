/** The routes of an account: its settings and its audit log, and those of the operator (SET-1, OPR-1, AUD-1). */
import { route } from '../base/route.ts';
import { Account, AccountBody } from './account.ts';
import { AuditPage, AuditQuery } from './audit.ts';
import { DemoAccount, DemoQuery, MadeAccount, NewAccount, Rebuild, Rebuilt } from './operator.ts';

export const get = route('GET /api/account', {
  right: 'settings.read',
  summary: 'Returns the account',
  answer: Account,
});

export const change = route('PATCH /api/account', {
  right: 'settings.write',
  summary: 'Changes the account',
  body: AccountBody,
  answer: Account,
});

export const audit = route('GET /api/audit', {
  right: 'audit.read',
  summary: 'Returns a page of the audit log: sign-ins and changes, newest first',
  query: AuditQuery,
  answer: AuditPage,
});

export const create = route('POST /api/operator/accounts', {
  right: 'operator',
  summary: 'Creates an account with its users',
  body: NewAccount,
  answer: MadeAccount,
});

export const createDemo = route('POST /api/operator/seed', {
  right: 'operator',
  summary: 'Creates the demo account, or returns the existing one',
  query: DemoQuery,
  answer: DemoAccount,
});

export const rebuild = route('POST /api/operator/rebuild', {
  right: 'operator',
  summary: 'Rebuilds an account’s history from its logs',
  body: Rebuild,
  answer: Rebuilt,
});
