import { Fit, type Service } from '../speech.js'

/** Bytes of a side's begin that are looked at as text. */
export const TEXT_BYTES = 1024

const METHODS =
  'GET|POST|HEAD|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT|SEARCH|BITS_POST|RPC_IN_DATA|RPC_OUT_DATA'
const SIP_METHODS =
  'INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|INFO|REFER|MESSAGE|UPDATE'
const IMAP_COMMANDS =
  'CAPABILITY|STARTTLS|NOOP|LOGOUT|ID|LOGIN|AUTHENTICATE|SELECT|EXAMINE|LIST|LSUB|STATUS|IDLE|NAMESPACE|ENABLE|UID FETCH|UID SEARCH|FETCH'

interface TextForm {
  readonly service: Service
  /** Beginnings that no other service has. */
  readonly sure: readonly RegExp[]
  /** Beginnings that others share. */
  readonly possible: readonly RegExp[]
}

/** What either side says first, in the order in which they are tried. None of the expressions goes back over what it has read. */
export const TEXT_FORMS: readonly TextForm[] = [
  { service: 'ssh', sure: [/^SSH-[12]\.\d{1,3}-/], possible: [] },
  { service: 'http2', sure: [/^PRI \* HTTP\/2\.0\r\n\r\nSM\r\n\r\n/], possible: [] },
  {
    service: 'sip',
    sure: [
      new RegExp(`^(?:${SIP_METHODS}) (?:sips?|tel|urn):[^\\r\\n]{0,1000} SIP/2\\.0\\r?\\n`),
      /^SIP\/2\.0 [1-6]\d\d /,
    ],
    possible: [],
  },
  {
    service: 'http',
    sure: [
      /^[A-Z_-]{3,20} [^ \r\n]{1,1000} HTTP\/1\.[01]\r?\n/,
      new RegExp(
        `^(?:${METHODS}) (?:/|https?://)(?:[^ \\r\\n]{900}|[^ \\r\\n]{0,899}(?: HTTP/1\\.| ?\\r?\\n))`,
      ),
      /^HTTP\/1\.[01] [1-5]\d\d[ \r\n]/,
    ],
    possible: [new RegExp(`^(?:${METHODS}) (?:/|https?://)`)],
  },
  {
    service: 'smtp',
    sure: [
      /^220[ -][^\r\n]{0,500}?(?:SMTP|Postfix|Sendmail|Exim)/i,
      /^(?:EHLO|HELO|LHLO)(?: [^\r\n]{0,500})?\r?\n/i,
      /^(?:MAIL FROM|RCPT TO):\s?</i,
    ],
    possible: [/^(?:220|421|554)[ -]/],
  },
  {
    service: 'ftp',
    sure: [
      /^220[ -][^\r\n]{0,500}?FTP/i,
      /^AUTH (?:TLS|SSL|GSSAPI|TLS-[CP])\r?\n/i,
      /^(?:FEAT|SYST|PASV|EPSV|PWD|TYPE [AIL]|OPTS UTF8 ON)\r?\n/i,
      /^227 Entering Passive Mode/i,
    ],
    possible: [/^(?:120|220|230|331|332|421)[ -]/, /^(?:USER|PASS)(?: [^\r\n]{0,500})?\r?\n/i],
  },
  {
    service: 'pop3',
    sure: [
      /^\+OK[^\r\n]{1,500}?(?:POP|ready|server|mail)/i,
      /^(?:CAPA|STLS|UIDL)\r?\n/i,
      /^APOP [^ \r\n]{1,100} [0-9a-f]{32}\r?\n/i,
    ],
    possible: [/^(?:\+OK|-ERR)[ \r\n]/, /^(?:USER|PASS)(?: [^\r\n]{0,500})?\r?\n/i],
  },
  {
    service: 'imap',
    sure: [
      /^\* (?:OK|PREAUTH|BYE)[ []/i,
      new RegExp(
        `^(?=[^ \\r\\n]{0,19}\\d)[A-Za-z0-9._$#-]{1,20} (?:UID )?(?:${IMAP_COMMANDS})(?: [^\\r\\n]{0,500})?\\r?\\n`,
        'i',
      ),
    ],
    possible: [
      new RegExp(`^[A-Za-z]{1,20} (?:${IMAP_COMMANDS})(?: [^\\r\\n]{0,500})?\\r?\\n`, 'i'),
      /^\* (?:CAPABILITY|FLAGS|LIST|SEARCH|\d{1,10} (?:EXISTS|FETCH|RECENT))\b/i,
    ],
  },
]

/** How a side's first bytes, as Latin 1, fit a service. */
export function textFit({ sure, possible }: TextForm, text: string): number {
  if (sure.some((form) => form.test(text))) return Fit.YES
  return possible.some((form) => form.test(text)) ? Fit.MAYBE : Fit.NO
}

/** True when bytes that begin so may be text: a letter, a digit, `*`, `+` or `-`. */
export function mayBeText(first: number): boolean {
  return (
    (first >= 0x41 && first <= 0x5a) ||
    (first >= 0x61 && first <= 0x7a) ||
    (first >= 0x30 && first <= 0x39) ||
    first === 0x2a ||
    first === 0x2b ||
    first === 0x2d
  )
}
