/** The only sender of mail: by SMTP, through the deployment's server. */
import { LogLevel, WorkerMailer } from 'worker-mailer';
import type { Env } from './env.ts';

export interface Mail {
  /** The address alone: a name in a header would be text that somebody else has typed. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** How long a server may take to answer, in milliseconds. */
const patience = 10_000;

/** Sends a mail; throws if the server did not accept it. */
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
      // If the server offers STARTTLS, the connection is encrypted before anything is sent.
      startTls: !secure,
      ...(credentials && { credentials, authType: ['plain', 'login'] as const satisfies string[] }),
      ...{ socketTimeoutMs: patience, responseTimeoutMs: patience, logLevel: LogLevel.NONE },
    },
    { from: { name: 'Parley', email: MAIL_FROM }, ...mail },
  );
}
