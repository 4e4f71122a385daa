import { serviceNumber } from '../services.js'
import type { Service } from '../speech.js'

const METHODS =
  'GET|POST|HEAD|PUT|DELETE|OPTIONS|TRACE|CONNECT|PATCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT|SEARCH|BITS_POST|RPC_IN_DATA|RPC_OUT_DATA'
const SIP_METHODS =
  'INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|INFO|REFER|MESSAGE|UPDATE'
const IMAP_COMMANDS =
  'CAPABILITY|STARTTLS|NOOP|LOGOUT|ID|LOGIN|AUTHENTICATE|SELECT|EXAMINE|LIST|LSUB|STATUS|IDLE|NAMESPACE|ENABLE|UID FETCH|UID SEARCH|FETCH'

interface TextForm {
  readonly service: Service
  /** The characters that they begin with. */
  readonly first: string
  /** Beginnings that no other service has. */
  readonly sure: readonly RegExp[]
  /** Beginnings that others share. */
  readonly possible: readonly RegExp[]
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LOWER = UPPER.toLowerCase()
const DIGITS = '0123456789'

/** What the first line of either side says, in the order in which they are tried. None of the expressions goes back over what it has read. */
const TEXT_FORMS: readonly TextForm[] = [
  { service: 'ssh', first: 'S', sure: [/^SSH-[12]\.\d{1,3}-/], possible: [] },
  { service: 'http2', first: 'P', sure: [/^PRI \* HTTP\/2\.0\r\n/], possible: [] },
  {
    service: 'sip',
    first: UPPER,
    sure: [
      new RegExp(`^(?:${SIP_METHODS}) (?:sips?|tel|urn):[^\\r\\n]{0,1000} SIP/2\\.0\\r?\\n`),
      /^SIP\/2\.0 [1-6]\d\d /,
    ],
    possible: [],
  },
  {
    service: 'http',
    first: `${UPPER}_-`,
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
    first: '245EHLMRehlmr',
    sure: [
      /^220[ -][^\r\n]{0,500}?(?:SMTP|Postfix|Sendmail|Exim)/i,
      /^(?:EHLO|HELO|LHLO)(?: [^\r\n]{0,500})?\r?\n/i,
      /^(?:MAIL FROM|RCPT TO):\s?</i,
    ],
    possible: [/^(?:220|421|554)[ -]/],
  },
  {
    service: 'ftp',
    first: '1234AFSPTOUafsptou',
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
    first: '+-CSUAPcsuap',
    sure: [
      /^\+OK[^\r\n]{1,500}?(?:POP|ready|server|mail)/i,
      /^(?:CAPA|STLS|UIDL)\r?\n/i,
      /^APOP [^ \r\n]{1,100} [0-9a-f]{32}\r?\n/i,
    ],
    possible: [/^(?:\+OK|-ERR)[ \r\n]/, /^(?:USER|PASS)(?: [^\r\n]{0,500})?\r?\n/i],
  },
  {
    service: 'imap',
    first: `${UPPER}${LOWER}${DIGITS}._$#-*`,
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

/** An expression of a form. */
export interface TextTest {
  readonly number: number
  readonly isSure: boolean
  readonly form: RegExp
}

/** The tests by first byte: each form's sure ones, then its possible ones. */
const TESTS_OF_BYTE: readonly (readonly TextTest[])[] = Array.from({ length: 256 }, (_, first) =>
  TEXT_FORMS.filter((form) => form.first.includes(String.fromCharCode(first))).flatMap(testsOf),
)

function testsOf({ service, sure, possible }: TextForm): readonly TextTest[] {
  const number = serviceNumber(service)
  return [
    ...sure.map((form) => ({ number, isSure: true, form })),
    ...possible.map((form) => ({ number, isSure: false, form })),
  ]
}

/** What a line that begins with this byte is tried for. */
export function textTests(first: number): readonly TextTest[] {
  return TESTS_OF_BYTE[first]!
}

/** True when the line `text`, as Latin 1, is one of a service for sure. */
export function isLineOf(service: Service, text: string): boolean {
  return TEXT_FORMS.some((form) => form.service === service && form.sure.some((sure) => sure.test(text)))
}

/** What {@link lineKind} returns where it is no position: those are above 0. */
export const LineKind = { OPEN: -1, NO_TEXT: -2 } as const

const LINE_FEED = 10
const RETURN = 13
const TAB = 9
/** Where a control character among so many first bytes is, there is no text. */
const CLEAR_BYTES = 16

/** The position behind the first line of `bytes[from, to)`, or a `LineKind`: it has no end yet, or is no text that a service begins with. */
export function lineKind(bytes: Uint8Array, from: number, to: number): number {
  if (TESTS_OF_BYTE[bytes[from]!]!.length === 0) return LineKind.NO_TEXT
  for (let at = from + 1; at < to; at++) {
    const byte = bytes[at]!
    if (byte >= 0x20) continue
    if (byte === LINE_FEED) return at + 1
    if (byte !== RETURN && byte !== TAB && at - from < CLEAR_BYTES) return LineKind.NO_TEXT
  }
  return LineKind.OPEN
}
