/** The conversation of every run: its visitor, and the entry that starts its log. */

export const visitor = { kind: 'visitor', id: 'vis_a' } as const;

export const birth = {
  account: 'acc',
  id: 'con_a',
  settings: { idleMinutes: 1_000, sneakPreview: true, editMinutes: 1_000 },
  entries: [
    {
      kind: 'conversation.started',
      by: visitor,
      campaign: { id: 'cam', name: 'Shop' },
      site: 'sit',
      contact: {},
      ordinal: 1,
    },
  ],
} as const;
