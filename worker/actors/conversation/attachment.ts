/** The attachments of a conversation's sockets. */
import { Attachment, check } from '#protocol';
import { attachments } from '../../runtime/attachments.ts';

export const { of: attachmentOf, set: attach } = attachments((value) => check(Attachment, value));
