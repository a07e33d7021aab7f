/** The statuses in words. */
import type { Status } from '#protocol';
import { m } from '#words/app';

export const statusWords: Readonly<Record<Status, () => string>> = {
  online: m.status_online,
  offline: m.status_offline,
};
