/** The settings of a campaign in the console. */
import { CampaignSettings, type AuditEntry } from '#protocol';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { changesOf } from '../../app/src/routes/(signed-in)/console/audit/changes.ts';

const keys = Object.keys(CampaignSettings.entries).filter((key) => key !== 'version');

test('S11 each setting of a campaign has an input on the campaign’s page; routing and codes have lists of their own', () => {
  const bound = new Set(
    ['Fields', 'codes/Codes'].flatMap((name) => {
      const path = `../../app/src/routes/(signed-in)/console/campaigns/${name}.svelte`;
      const fields = readFileSync(new URL(path, import.meta.url), 'utf8');
      return [...fields.matchAll(/bind:(?:value|checked)=\{settings\.(\w+)\}/g)].map(([, key]) => key);
    }),
  );
  expect([...bound].sort()).toEqual(keys.filter((key) => key !== 'routing' && key !== 'codes').sort());
});

test('S11 the audit log names success codes by their titles, and the archived ones apart', () => {
  const codes = [
    { id: 'cod_a', title: 'Sale' },
    { id: 'cod_b', title: 'Support', archived: true },
  ];
  const changes = { codes: [[codes[0]], codes] as const };
  const [shown] = changesOf({ kind: 'campaign.changed', changes } as unknown as AuditEntry, new Map());
  expect([shown?.before, shown?.after].map((text) => text?.replace(/[\u2068\u2069]/g, ''))).toEqual([
    'Sale',
    'Sale; archived: Support',
  ]);
});

test('S11 the audit log has a label for each setting of a campaign', () => {
  const changes = Object.fromEntries(keys.map((key) => [key, ['', '-'] as const]));
  const shown = changesOf({ kind: 'campaign.changed', changes } as AuditEntry, new Map());
  expect(shown.map(({ field }) => field)).toEqual(keys);
  expect(shown.filter(({ field, label }) => label === field)).toEqual([]);
});
