/** The console's sections in the order of the navigation, each with its pages. */
import type { Action } from '#protocol';
import { m } from '#words/app';
import Globe from '@lucide/svelte/icons/globe';
import Megaphone from '@lucide/svelte/icons/megaphone';
import MessageSquareText from '@lucide/svelte/icons/message-square-text';
import MessagesSquare from '@lucide/svelte/icons/messages-square';
import Radio from '@lucide/svelte/icons/radio';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Settings from '@lucide/svelte/icons/settings';
import Users from '@lucide/svelte/icons/users';

interface ConsolePage {
  readonly path: `/console/${string}`;
  readonly label: () => string;
}

interface Section {
  /** Its first page's label if absent. */
  readonly label?: () => string;
  readonly Icon: typeof Globe;
  /** The right that it needs, beside reading the settings. */
  readonly right?: Action;
  /** The navigation links to the first one. The pages of one item are below their list's path and not named here. */
  readonly pages: readonly [ConsolePage, ...ConsolePage[]];
}

const named = {
  floor: { Icon: Radio, pages: [{ path: '/console/floor', label: m.console_floor }] },
  chats: { Icon: MessagesSquare, pages: [{ path: '/console/chats', label: m.console_chats }] },
  websites: { Icon: Globe, pages: [{ path: '/console/websites', label: m.console_websites }] },
  campaigns: {
    Icon: Megaphone,
    pages: [
      { path: '/console/campaigns', label: m.console_campaigns },
      { path: '/console/what-if', label: m.what_if },
    ],
  },
  canned: {
    Icon: MessageSquareText,
    pages: [{ path: '/console/canned-responses', label: m.console_canned }],
  },
  people: {
    label: m.console_people,
    Icon: Users,
    pages: [
      { path: '/console/users', label: m.users },
      { path: '/console/groups', label: m.groups },
      { path: '/console/rights', label: m.rights },
      { path: '/console/time-table', label: m.time_table },
    ],
  },
  account: { Icon: Settings, pages: [{ path: '/console/account', label: m.console_account }] },
  audit: {
    ...{ Icon: ScrollText, right: 'audit.read' },
    pages: [{ path: '/console/audit', label: m.console_audit }],
  },
} as const satisfies Record<string, Section>;

export const sections: Readonly<Record<keyof typeof named, Section>> = named;
