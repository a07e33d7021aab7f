import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/**
 * @typedef {object} Received
 * @property {string} to
 * @property {string} from
 * @property {string} subject
 * @property {string} text
 * @property {string} source the mail unparsed
 */

/** Prints a mail in the terminal. @param {Received} mail */
export function printMail({ to, subject, text }) {
  console.log(`\nA mail to ${to}: ${subject}\n${text.replace(/^/gm, '  ')}\n`);
}

/**
 * A mail server for one machine: it keeps the mails that the Worker sends, and forwards none.
 * @param {(mail: Received) => void} [onMail]
 */
export async function startMailbox(onMail = () => {}) {
  /** @type {Received[]} */
  const mails = [];
  const secret = randomBytes(16).toString('hex');
  const server = new SMTPServer({
    // The loopback interface needs no encryption.
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth({ username, password }, _, done) {
      const known = username === 'parley' && password === secret;
      done(
        known ? null : new Error('Unknown user or wrong password.'),
        known ? { user: username } : undefined,
      );
    },
    onData(stream, session, done) {
      /** @type {Buffer[]} */
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', async () => {
        const source = Buffer.concat(chunks).toString();
        const { subject = '', text = '' } = await PostalMime.parse(source);
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : '';
        for (const { address: to } of rcptTo) {
          const mail = { to, from, subject, text: text.trim(), source };
          mails.push(mail);
          onMail(mail);
        }
        done();
      });
    },
  });
  // A client that disconnected without closing, such as an ended test.
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  // An open mail server does not keep the process alive.
  server.server.unref();
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.server.address());
  return {
    mails,
    /** The settings with which the Worker sends its mail to this server. */
    env: { SMTP_URL: `smtp://parley:${secret}@127.0.0.1:${port}`, MAIL_FROM: 'parley@demo.test' },
    stop: () => /** @type {Promise<void>} */ (new Promise((resolve) => server.close(() => resolve()))),
  };
}
