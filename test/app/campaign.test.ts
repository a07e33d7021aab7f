/** The settings of a campaign in the console. */
import { CampaignSettings, type AuditEntry } from '#protocol';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { changesOf } from '../../app/src/routes/(signed-in)/console/audit/changes.ts';

const keys = Object.keys(CampaignSettings.entries).filter((key) => key !== 'version');

test('S11 each setting of a campaign has an input on the campaign’s page; routing has a page of its own', () => {
  const path = '../../app/src/routes/(signed-in)/console/campaigns/Fields.svelte';
  const fields = readFileSync(new URL(path, import.meta.url), 'utf8');
  const bound = new Set(
    [...fields.matchAll(/bind:(?:value|checked)=\{settings\.(\w+)\}/g)].map(([, key]) => key),
  );
  expect([...bound].sort()).toEqual(keys.filter((key) => key !== 'routing').sort());
});

test('S11 the audit log has a label for each setting of a campaign', () => {
  const changes = Object.fromEntries(keys.map((key) => [key, ['', '-'] as const]));
  const shown = changesOf({ kind: 'campaign.changed', changes } as AuditEntry, new Map());
  expect(shown.map(({ field }) => field)).toEqual(keys);
  expect(shown.filter(({ field, label }) => label === field)).toEqual([]);
});
