/**
 * Canned responses: sets of them are forums of the account, and each user has a forum of their own with personal
 * templates (CAN-1).
 */
import * as v from 'valibot';
import { CampaignId, CommandId, FileId, ForumId, ResponseId, UserId } from '../base/ids.ts';
import {
  maxAnswerLength,
  maxCampaignsOfForum,
  maxFilesOfResponse,
  maxKeyLength,
  maxQuestionLength,
} from '../base/limits.ts';
import { isBlank, Name, typed } from '../base/text.ts';
import { FileInfo } from '../files/files.ts';

/** The id of a user's own forum. It exists for every user, and is stored once it has a template. */
export function ownForum(user: string): string {
  return `for_${user.slice(4)}`;
}

const title = Name;
/** The campaigns that use a forum; null: all of them. */
const campaigns = v.nullable(v.pipe(v.array(CampaignId), v.maxLength(maxCampaignsOfForum)));

export const ForumBody = v.object({ title, campaigns });
export type ForumBody = v.InferOutput<typeof ForumBody>;

export const Forum = v.object({
  id: ForumId,
  /** Empty for the user's own forum. */
  title: v.string(),
  campaigns: v.nullable(v.array(CampaignId)),
  /** Raised by every change of the forum or its responses. 0: an own forum without a template so far. */
  version: v.number(),
  /** Responses in it. */
  count: v.number(),
  /** The user's own forum: personal templates, which nobody else sees. */
  own: v.optional(v.literal(true)),
});
export type Forum = v.InferOutput<typeof Forum>;
export const ForumsList = v.object({ forums: v.array(Forum) });

const oneLine = /^[^\p{Cc}\u2028\u2029]*$/u;
/** The texts of a response. A response has a question or a key, and an answer. */
const texts = {
  /** The short key: typed after `#`. Without spaces, and without `#`; may be empty. */
  key: v.pipe(
    typed(maxKeyLength),
    v.regex(/^[^\s#\p{Cc}]*$/u, 'key'),
    v.check((text) => text === '' || !isBlank(text), 'key'),
  ),
  /** One line; may be empty. */
  question: v.pipe(typed(maxQuestionLength), v.regex(oneLine, 'one_line')),
  /** Markup and `{{variables}}`. */
  answer: v.pipe(
    typed(maxAnswerLength),
    v.check((text) => !isBlank(text), 'blank'),
  ),
};
export const ResponseTexts = v.object(texts);
export type ResponseTexts = v.InferOutput<typeof ResponseTexts>;

/** The account's own copies; absent: none. */
const files = v.optional(v.array(FileInfo));

export const CannedResponse = v.object({
  id: ResponseId,
  ...{ key: v.string(), question: v.string(), answer: v.string(), files },
  /** Raised by every change. */
  version: v.number(),
});
export type CannedResponse = v.InferOutput<typeof CannedResponse>;

/** All responses of a forum: one file, whose ETag is the version. */
export const ForumFile = v.object({
  forum: ForumId,
  version: v.number(),
  responses: v.array(CannedResponse),
});
export type ForumFile = v.InferOutput<typeof ForumFile>;

const Uses = {
  /** Sent messages that used it. */
  count: v.number(),
  lastAt: v.nullable(v.number()),
};
/** A response with what its editor shows. */
export const ResponseDetails = v.object({
  ...CannedResponse.entries,
  changedAt: v.number(),
  /** Null if it was imported, or its author is unknown. */
  changedBy: v.nullable(v.object({ id: UserId, name: v.string() })),
  /** The texts and files before the last change; null after the first one. */
  previous: v.nullable(v.object({ key: v.string(), question: v.string(), answer: v.string(), files })),
  uses: v.object(Uses),
});
export type ResponseDetails = v.InferOutput<typeof ResponseDetails>;

/**
 * Adds or replaces a response. The client makes the id, so that a retry adds nothing twice.
 */
export const ResponseBody = v.object({
  ...texts,
  /**
   * Files that the response or its `previous` has, and complete uploads of the user, in order. Absent from an earlier
   * client: the files stay.
   */
  files: v.optional(
    v.pipe(
      v.array(FileId),
      v.maxLength(maxFilesOfResponse),
      v.check((ids) => new Set(ids).size === ids.length, 'repeated'),
    ),
  ),
  /** The version that the client has changed; 0 for a new response. */
  version: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** The visit to the editor: saves of one visit are one change, which `previous` undoes as a whole. */
  edit: CommandId,
});
export type ResponseBody = v.InferOutput<typeof ResponseBody>;

/** The id of the upload that becomes a copy of a canned response's file. The client makes it. */
export const CopyBody = v.object({ id: FileId });

/** A removed forum or response, and how long it can be restored, in milliseconds from the answer. */
export const Removed = v.object({ restorableFor: v.number() });

/** How often each response of a forum was used; without those that never were. */
export const ForumUses = v.object({ uses: v.array(v.object({ id: ResponseId, ...Uses })) });
export type ForumUses = v.InferOutput<typeof ForumUses>;

/* Import and export: CSV with the columns key, question, answer. */

export const ImportQuery = v.object({
  /** `check`: report what would happen, and change nothing. */
  mode: v.optional(v.picklist(['check', 'import'])),
});
/** Why a line was not imported. */
export const importFaults = [
  'columns',
  'blank_answer',
  'bad_key',
  'too_long',
  'not_text',
  'repeated_key',
  'forum_full',
] as const;
export const ImportReport = v.object({
  added: v.number(),
  /** A response with the same key got a new question or answer. */
  changed: v.number(),
  unchanged: v.number(),
  /** Lines that were left out, by their number in the file; the first 200. */
  faults: v.array(v.object({ line: v.number(), fault: v.picklist(importFaults) })),
  /** The number of all such lines. */
  faulty: v.number(),
  /** Added lines with a new key that an earlier line, `first`, has too; the first 200. */
  repeats: v.optional(v.array(v.object({ line: v.number(), first: v.number() }))),
  /** The number of all such lines. */
  repeated: v.optional(v.number()),
});
export type ImportReport = v.InferOutput<typeof ImportReport>;
export type ImportFault = (typeof importFaults)[number];

/** By the message of the schema's check that failed. */
const faultsByCheck: Readonly<Record<string, ImportFault>> = {
  too_long: 'too_long',
  not_text: 'not_text',
  one_line: 'not_text',
  key: 'bad_key',
  blank: 'blank_answer',
};
/** Why a line of a file is no response; undefined if it is one. */
export function faultOf(texts: ResponseTexts): ImportFault | undefined {
  const { success, issues } = v.safeParse(ResponseTexts, texts, { abortEarly: true });
  return success ? undefined : (faultsByCheck[issues[0].message] ?? 'not_text');
}
