import { describe, expect, it } from 'vitest';
import { TitleCount } from '../../widget/loader/title.ts';

/** A page, and a clock that runs a task when its time has come. */
function setUp(title: string) {
  const page = { title };
  let now = 0;
  let due: { at: number; task: () => void } | undefined;
  const count = new TitleCount(page, (delay, task) => {
    const mine = (due = { at: now + delay, task });
    return () => {
      if (due === mine) due = undefined;
    };
  });
  const pass = (time: number) => {
    now += time;
    const ripe = due && due.at <= now ? due : undefined;
    if (!ripe) return;
    due = undefined;
    ripe.task();
  };
  const change = (to: string) => {
    page.title = to;
    count.changed();
  };
  return { page, count, pass, change };
}

describe('the unread count in the page’s title', () => {
  it('precedes the title, follows the count, and goes with it', () => {
    const { page, count } = setUp('Tents');
    count.show(1);
    expect(page.title).toBe('(1) Tents');
    count.show(3);
    expect(page.title).toBe('(3) Tents');
    count.show(0);
    expect(page.title).toBe('Tents');
    count.show(2);
    expect(page.title).toBe('(2) Tents');
  });

  it('does not answer to its own change', () => {
    const { page, count, pass } = setUp('Tents');
    count.show(1);
    count.changed();
    pass(10_000);
    expect(page.title).toBe('(1) Tents');
  });

  it('returns once the page has changed its title, and later restores that one', () => {
    const { page, count, pass, change } = setUp('Tents');
    count.show(1);
    change('Boots');
    expect(page.title).toBe('Boots');
    pass(2_000);
    expect(page.title).toBe('(1) Boots');
    count.show(0);
    expect(page.title).toBe('Boots');
  });

  it('leaves a title alone that the page changes again and again', () => {
    const { page, count, pass, change } = setUp('Tents');
    count.show(1);
    for (let turn = 0; turn < 10; turn++) {
      const blinking = turn % 2 ? 'Tents' : 'Sale!';
      change(blinking);
      pass(1_000);
      expect(page.title).toBe(blinking);
    }
    pass(2_000);
    expect(page.title).toBe('(1) Tents');
  });

  it('keeps a change of the page that is made just before the messages are read', () => {
    const { page, count, pass, change } = setUp('Tents');
    count.show(1);
    change('Boots');
    count.show(0);
    pass(10_000);
    expect(page.title).toBe('Boots');
  });
});
