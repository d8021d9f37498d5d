// In: a mail in its parts. Out: its source as it goes over the wire (RFC 5322, MIME), the same for the
// same mail, and the envelope. Nothing is read from files or other hosts for it.
import type { Mail, MailAddress } from "../channels/requests";

export interface MailSource {
  envelope: { from: string; to: string[] };
  source: Buffer;
}

const addressed = ({ name, address }: MailAddress): { name: string; address: string } => ({ name, address });

/** The one that RFC 2156 names, and the one that older clients look at. */
const URGENT = { Importance: "High", "X-Priority": "1 (Highest)" };

/** Loads the encoder at its first use. */
export const encodeMail = async (mail: Mail): Promise<MailSource> => {
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  const node = new MailComposer({
    from: addressed(mail.from),
    to: mail.to.map(addressed),
    cc: mail.cc.map(addressed),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: mail.messageId,
    ...(mail.inReplyTo === null ? {} : { inReplyTo: mail.inReplyTo, references: [mail.inReplyTo] }),
    date: new Date(mail.date),
    headers: { ...mail.headers, ...(mail.isUrgent ? URGENT : {}) },
    newline: "windows",
    // Of its ID, so that each try has the same bytes.
    baseBoundary: mail.messageId.replace(/[^A-Za-z0-9]/g, "").slice(0, 40),
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const { from, to } = node.getEnvelope();
  return { envelope: { from: from === false ? "" : from, to }, source: await node.build() };
};
