/** The attachments of a lobby's sockets. */
import { check, LobbyAttachment } from '#protocol';
import { attachments } from '../../runtime/attachments.ts';

export const { of: attachmentOf } = attachments((value) => check(LobbyAttachment, value));
