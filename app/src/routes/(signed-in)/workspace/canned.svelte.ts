/** Canned responses in the composer of an open chat. */
import { untrack } from 'svelte';
import { CannedWriting } from '$lib/canned/canned-writing.svelte.ts';
import { valuesOf } from '$lib/canned/values.ts';
import type { FilesOfChat } from '$lib/chat/attachments.svelte.ts';
import type { LiveConversation } from '$lib/chat/conversation.svelte.ts';
import { insert } from '$lib/chat/writing.ts';
import type { Desk } from '$lib/floor/desk.svelte.ts';

interface Chat {
  desk(): Desk;
  live(): LiveConversation;
  /** A reply, a note, or an edit of a sent one. */
  writes(): 'reply' | 'note' | 'edit' | 'note edit';
  files(): FilesOfChat;
  send(text: string, canned: string[]): void;
}

/** Called when the component of the chat is created. It loads the forums of the chat's campaign. */
export function cannedIn({ desk, live, writes, files, send }: Chat): CannedWriting {
  const { forums, recent, me, floor, conversations } = untrack(desk);
  const chat = $derived(live().view.state);
  /** Alone, because the state changes with every message. */
  const campaign = $derived(chat?.campaign.id ?? null);
  $effect(() => {
    if (campaign !== null) untrack(() => forums.serve(campaign));
  });
  return new CannedWriting({
    ...{ forums, recent, insert },
    campaign: () => campaign,
    values: () => {
      const { nickname = me.name } = floor.agents.get(me.id) ?? {};
      // Visitors read the name that the agent had when they got the chat.
      return chat ? valuesOf(chat, live().mine ? (chat.owner?.name ?? nickname) : nickname) : {};
    },
    inserted: () => (writes() === 'reply' ? conversations.insertedOf(live().id) : null),
    toVisitor: () => writes() === 'reply' || writes() === 'edit',
    files: () => {
      if (writes() !== 'reply') return null;
      const of = files();
      const ready = of.attached.flatMap(({ file }) => file ?? []);
      return { ready, copy: (copied) => of.copy(copied) };
    },
    send: () => (writes() === 'reply' ? (text, id) => send(text, [id]) : null),
  });
}
