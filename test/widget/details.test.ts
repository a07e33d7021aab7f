import { defaultCampaign, widgetSettingsOf, type WidgetConfig } from '#protocol';
import { describe, expect, it } from 'vitest';
import { Details, Form, type Circumstances } from '../../widget/frame/details.svelte.ts';

type Asked = WidgetConfig['settings']['askName'];

const asking = (askName: Asked, askEmail: Asked, now: Partial<Circumstances> = {}) => {
  const settings = { ...widgetSettingsOf(defaultCampaign), askName, askEmail };
  const details = new Details(settings, () => ({ contact: {}, begun: false, later: false, ...now }));
  details.recall(false);
  return details;
};
const fieldsOf = ({ needed, offered }: Details) => ({
  needed: needed.map(({ field }) => field),
  offered: offered.map(({ field }) => field),
});

describe('the questions about a visitor’s details', () => {
  it('come before the first message only if they are required', () => {
    expect(fieldsOf(asking('optional', 'optional'))).toEqual({ needed: [], offered: [] });
    expect(fieldsOf(asking('required', 'optional'))).toEqual({ needed: ['name'], offered: [] });
    expect(fieldsOf(asking('required', 'required'))).toEqual({ needed: ['name', 'email'], offered: [] });
    expect(fieldsOf(asking('required', 'required', { begun: true }))).toEqual({ needed: [], offered: [] });
  });

  it('F40 include the email before a message that is answered later', () => {
    expect(fieldsOf(asking('no', 'no', { later: true }))).toEqual({ needed: ['email'], offered: [] });
    const contact = { email: 'ada@example.com' };
    expect(fieldsOf(asking('no', 'no', { later: true, contact }))).toEqual({ needed: [], offered: [] });
  });

  it('come below the first message if they are optional', () => {
    const begun = true;
    expect(fieldsOf(asking('optional', 'optional', { begun })).offered).toEqual(['name', 'email']);
    expect(fieldsOf(asking('no', 'optional', { begun })).offered).toEqual(['email']);
    const contact = { name: 'Ada' };
    expect(fieldsOf(asking('required', 'optional', { begun, contact })).offered).toEqual(['email']);
  });

  it('are not repeated for a visitor who gave a name, answered or skipped, or before that is known', () => {
    const begun = true;
    expect(asking('optional', 'optional', { begun, contact: { name: 'Ada' } }).offered).toEqual([]);
    const skipped = asking('optional', 'optional', { begun });
    skipped.answered(false);
    expect([skipped.offered, skipped.thanked]).toEqual([[], false]);
    const earlier = asking('optional', 'optional', { begun });
    earlier.recall(true);
    expect(earlier.offered).toEqual([]);
  });

  it('are answered by trimmed texts; an empty optional field is no answer', () => {
    const form = new Form('test');
    form.typed = { name: ' Ada ', email: '' };
    const optional = [
      { field: 'name', required: false },
      { field: 'email', required: false },
    ] as const;
    expect(form.read(optional)).toEqual({ name: 'Ada' });
    expect(form.wrong).toEqual({ name: '', email: '' });
  });
});
