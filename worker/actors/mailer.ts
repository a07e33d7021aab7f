/** Mail goes out here and nowhere else: by SMTP, to the server that the deployment names. */
import { LogLevel, WorkerMailer } from 'worker-mailer';
import type { Env } from './env.ts';

export interface Mail {
  /** The address alone: a name in a header would be words that somebody else has typed. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** How long a server may take to answer, in milliseconds. */
const patience = 10_000;

/** Sends a mail; throws where the server did not take it. */
export async function sendMail({ SMTP_URL, MAIL_FROM }: Env, mail: Mail): Promise<void> {
  if (!SMTP_URL || !MAIL_FROM) throw new Error('no mail server is set');
  const { protocol, hostname, port, username, password } = new URL(SMTP_URL);
  const secure = protocol === 'smtps:';
  const credentials = username && {
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
  await WorkerMailer.send(
    {
      host: hostname,
      port: Number(port || (secure ? 465 : 587)),
      secure,
      // Where the server offers it, an open line is closed before anything is said on it.
      startTls: !secure,
      ...(credentials && { credentials, authType: ['plain', 'login'] as const satisfies string[] }),
      ...{ socketTimeoutMs: patience, responseTimeoutMs: patience, logLevel: LogLevel.NONE },
    },
    { from: { name: 'Parley', email: MAIL_FROM }, ...mail },
  );
}
