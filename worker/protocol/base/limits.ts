/** Sizes and paces that both ends of a wire must agree on. A client within them is never refused because of them. */

/**
 * The version of the wire protocol; it is the WebSocket subprotocol's name too. Changes within a version are additive.
 */
export const protocolVersion = 1;
export const subprotocol = `parley.${protocolVersion}`;
/** A visitor's token may be sent as a second subprotocol, if cookies do not work: `token.<credential>`. */
export const tokenSubprotocol = 'token.';

/** Unreadable frames in a row before their socket is closed. */
export const badFrames = 20;
/** A frame from a client, in UTF-8 bytes. */
export const maxFrameBytes = 65_536;
/** A message's text, in code points. */
export const maxTextLength = 8_000;
/** A sneak preview, in code points. */
export const maxPreviewLength = 2_000;
/** A name, in code points. */
export const maxNameLength = 100;
/** An email address, in characters (RFC 5321, 4.5.3.1: 254 with the brackets left out). */
export const maxEmailLength = 254;
/** The most colleagues whom a note mentions. */
export const maxMentions = 20;
/** The most success codes of a campaign, and of a conversation. */
export const maxCodes = 50;
/** The most forums of an account, and the most campaigns that are named as a forum's. */
export const maxForums = 200;
export const maxCampaignsOfForum = 500;
/** The most responses of a forum of the account, and the most templates of a user. */
export const maxResponses = 5_000;
export const maxTemplates = 1_000;
/** All texts of a forum together, in UTF-16 units. */
export const maxForumLength = 4_000_000;
/** A canned response's short key, question and answer, in code points. */
export const maxKeyLength = 40;
export const maxQuestionLength = 200;
export const maxAnswerLength = 4_000;
/** The most canned responses that one message names as its sources. */
export const maxCannedOfMessage = 20;
/** A CSV file with canned responses, in bytes, and in records. */
export const maxImportBytes = 8_000_000;
export const maxImportLines = 20_000;
/** Separators in such a file, within texts too: each may begin a cell, which takes memory. */
export const maxImportSeparators = 500_000;
/** The name of a file, as its sender has it, in code points. */
export const maxFileName = 255;
/** The most files of a message. */
export const maxFilesOfMessage = 10;
/** The most files of a canned response, and of all of an account's. */
export const maxFilesOfResponse = 5;
export const maxCannedFiles = 2_000;
/** A file's small image: bytes, and pixels a side. */
export const maxThumbnailBytes = 100_000;
export const maxThumbnailSide = 640;
/** A deleted message's files stay for supervisors for so long, in milliseconds (FIL-15). */
export const deletedFilesKeptFor = 30 * 86_400_000;
/** A page's title, in code points. */
export const maxTitleLength = 300;
/** A page's address, in characters. */
export const maxUrlLength = 2_000;

/**
 * How far behind a cursor may be and still be caught up entry by entry; beyond that, the view starts again at the
 * tail.
 */
export const maxReplay = 500;
/** The most entries in one `range` frame; also the most that `pull` may request. */
export const maxRange = 100;
/** The number of entries sent to a tab without a cursor. */
export const tailLength = 50;

/** The literal texts of the heartbeat. The runtime answers it without waking the actor. */
export const ping = 'ping';
export const pong = 'pong';
/** A client pings this often, in milliseconds. */
export const pingEvery = 20_000;
/** A socket that has not sent hello within this time is closed, in milliseconds. */
export const helloWithin = 10_000;
/** Typing and previews of a side are passed on at most this often, the latest of each, in milliseconds. */
export const signalEvery = 200;
/** A socket whose last ping is older than this is dead, in milliseconds: three pings and a throttled tab's slack. */
export const lease = 75_000;
