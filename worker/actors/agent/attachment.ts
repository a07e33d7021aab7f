/** The attachments of the sockets of an agent's tabs. */
import { AgentAttachment, check } from '#protocol';
import { attachments } from '../../runtime/attachments.ts';

export const { of: attachmentOf } = attachments((value) => check(AgentAttachment, value));
