/** The statuses in words. */
import type { Status } from '#protocol';

export const statusWords: Readonly<Record<Status, string>> = { online: 'Online', offline: 'Offline' };
