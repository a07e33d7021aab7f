/** The mode of a composer: a reply or a note, as the agent left it in this tab, or else as its only draft is. */
import { expect, test } from 'vitest';
import { NoteDraft } from '../../app/src/lib/chat/note-draft.svelte.ts';
import { DraftServer, Device } from './draft-devices.ts';

let chats = 0;

function composer() {
  const server = new DraftServer();
  const { drafts } = new Device(server);
  const conversation = `con_${chats++}`;
  return { drafts, conversation, note: new NoteDraft(conversation, drafts) };
}

test('F49 a chat opens with its only draft, and with a reply if it has both or none', () => {
  const { drafts, conversation, note } = composer();
  note.open();
  expect([note.on, note.begun]).toEqual([false, { reply: false, note: false }]);
  drafts.type('note', conversation, 'About the tent');
  note.open();
  expect([note.on, note.begun]).toEqual([true, { reply: false, note: true }]);

  const both = composer();
  both.drafts.type('note', both.conversation, 'About the tent');
  both.drafts.type('reply', both.conversation, 'Hello');
  both.note.open();
  expect([both.note.on, both.note.begun]).toEqual([false, { reply: true, note: true }]);
});

test('F49 the tab that the agent chose stays: drafts that arrive later do not change it', () => {
  const { drafts, conversation, note } = composer();
  note.on = true;
  drafts.type('reply', conversation, 'From the other device');
  note.open();
  expect(note.on).toBe(true);
  note.on = false;
  drafts.type('reply', conversation, '');
  drafts.type('note', conversation, 'From the other device');
  note.open();
  expect(note.on).toBe(false);
});

test('F49 a reload opens the chat in the tab in which the agent left it, and another chat in its own', () => {
  const { drafts, conversation, note } = composer();
  drafts.type('reply', conversation, 'Hello');
  note.on = true;
  const [reloaded, other] = [conversation, 'con_other'].map((each) => new NoteDraft(each, drafts));
  reloaded?.open();
  other?.open();
  expect([reloaded?.on, other?.on]).toEqual([true, false]);
});
