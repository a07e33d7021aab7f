/** The attachments of the floor's sockets. */
import { check, FloorAttachment } from '#protocol';
import { attachments } from '../../runtime/attachments.ts';

export const { of: attachmentOf } = attachments((value) => check(FloorAttachment, value));
