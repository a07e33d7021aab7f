/** The names of rights. `#domain/people/rights` is the table that says which roles have them. */

export type Action =
  | 'conversation.follow'
  | 'conversation.write'
  | 'conversation.take'
  | 'conversation.assign'
  | 'conversation.history'
  | 'floor.watch'
  | 'settings.read'
  | 'settings.write'
  | 'people.read'
  | 'people.write'
  | 'reports.read'
  | 'audit.read'
  | 'deployment.operate';
