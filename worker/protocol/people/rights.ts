/** The names of rights. The table in `#domain/people/rights` lists the roles that have each. */

export type Action =
  | 'conversation.follow'
  | 'conversation.write'
  | 'conversation.take'
  | 'conversation.assign'
  | 'conversation.history'
  | 'canned.use'
  | 'canned.write'
  | 'floor.watch'
  | 'settings.read'
  | 'settings.write'
  | 'people.read'
  | 'people.write'
  | 'reports.read'
  | 'audit.read'
  | 'deployment.operate';
