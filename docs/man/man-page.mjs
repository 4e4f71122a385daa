/** @typedef {import('../../src/cli/option-table.js').OptionRow} OptionRow */
/** @typedef {import('../../src/cli/option-table.js').GroupedRow} GroupedRow */
/** @typedef {import('../../src/cli/command-table.js').CommandRow} CommandRow */

const DESCRIPTION = [
  'pcap2conn reads captures (pcap and pcapng, plain or compressed) or captures live, puts every TCP, UDP and other IP',
  'connection back together, and writes the payload of each to a file, with an index of all of them if asked for.',
  'What the capture lost is marked at its place. Output files are the same for any number of threads.',
]

const FILES = [
  'A connection file is named',
  '.IR time - protocol - address . port - address . port ,',
  'the time that of the first packet (YYYYMMDDHHMMSS, local zone), the first endpoint the originator, with the ending',
  '.B .txt',
  'or, with',
  '.BR \\-j ,',
  '.BR .json .',
  'Metadata of',
  '.B \\-m',
  'is beside it, with',
  '.B \\-metadata',
  'before the ending.',
]

/** @type {[string, string][]} */
const EXIT_CODES = [
  ['0', 'all done; of view: ended by a signal, which is how it ends'],
  [
    '1',
    'an input is damaged or cannot be read, or an output exists already: messages name it, all else is done, and the result is final',
  ],
  ['2', 'bad usage: nothing was written'],
  ['70', 'the program is wrong: numbers do not balance'],
  [
    '75',
    'the run lacked memory, disk, network or descriptors, or a thread died: the result is not final, try again',
  ],
  [
    '129, 130, 131, 143',
    'a conversion was interrupted by SIGHUP, SIGINT, SIGQUIT or SIGTERM: everything received so far was written',
  ],
]

/** @type {[string, string][]} */
const EXAMPLES = [
  ['Every connection of a capture, a file each:', 'pcap2conn capture.pcap -o out'],
  [
    'Many captures as one, sides apart, with metadata and an index:',
    "pcap2conn 'day1/*.pcap*' -o out -sm --index out/connections.parquet",
  ],
  ['Live, until Ctrl-C:', "pcap2conn -i eth0 -e 'port 80' -o out"],
  ['Only what connections there are:', 'pcap2conn a.pcap --no-write --index -'],
  ['A page about the connections of a run:', 'pcap2conn report out/report.html --from out/index.jsonl'],
  ['The connections of a run in a browser:', 'pcap2conn view out'],
]

/**
 * The manual page, in the man macros of roff.
 *
 * @param {readonly GroupedRow[]} options
 * @param {readonly string[]} groups Headings of the options, in their order.
 * @param {readonly CommandRow[]} commands
 * @param {string} version
 * @returns {string}
 */
export function manPage(options, groups, commands, version) {
  return `${[
    '.\\" Made by docs/man/make-option-docs.mjs from the option table.',
    `.TH PCAP2CONN 1 "" "pcap2conn ${version}" "User Commands"`,
    '.SH NAME',
    'pcap2conn \\- turns captures into connections',
    '.SH SYNOPSIS',
    '.B pcap2conn',
    '.RI [ options ]',
    '.RI [ FILE | GLOB | DIR |\\- " ...]"',
    ...commands.flatMap((command) => ['.br', usageLine(command)]),
    '.SH DESCRIPTION',
    ...DESCRIPTION.map(roff),
    '.SH OPTIONS',
    'Short options combine, and a value may stand right behind its letter. Sizes are bytes, or end in K, M or G.',
    ...groups.flatMap((group) => [
      `.SS ${group}`,
      ...options.filter((option) => option.group === group).flatMap(optionLines),
    ]),
    '.SH COMMANDS',
    'A capture that has the name of a command is written with its folder, such as',
    '.IR ./view .',
    ...commands.flatMap((command) => [
      `.SS ${command.name}`,
      usageLine(command),
      '.PP',
      `${roff(command.help.charAt(0).toUpperCase() + command.help.slice(1))}.`,
      ...command.options.flatMap(optionLines),
    ]),
    '.SH FILES',
    ...FILES,
    '.SH ENVIRONMENT',
    '.TP',
    '.B NO_COLOR',
    'No colours, if it is not empty.',
    '.TP',
    '.B TERM',
    'No colours and no progress bar, if it is dumb.',
    '.TP',
    '.B TMPDIR',
    'Folder of temporary files.',
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, roff(meaning)]),
    '.SH EXAMPLES',
    ...EXAMPLES.flatMap(([what, command]) => [
      '.PP',
      roff(what),
      '.PP',
      '.EX',
      `    ${roff(command)}`,
      '.EE',
    ]),
    '.SH SEE ALSO',
    '.BR tcpdump (1),',
    '.BR tshark (1),',
    '.BR pcap\\-filter (7)',
  ].join('\n')}\n`
}

/** @param {CommandRow} command */
function usageLine({ name, operands, options }) {
  const words = roff(operands).replace(/[A-Za-z.]*[A-Za-z]/g, (word) =>
    word === word.toLowerCase() ? `\\fB${word}\\fR` : `\\fI${word}\\fR`,
  )
  return `\\fBpcap2conn ${name}\\fR ${options.length > 0 ? '[\\fIoptions\\fR] ' : ''}${words}`
}

/** @param {OptionRow} option */
function optionLines({ name, letter, value, help }) {
  const names = `${letter === undefined ? '' : `\\fB\\-${letter}\\fR, `}\\fB\\-\\-${roff(name)}\\fR`
  return ['.TP', value === undefined ? names : `${names} \\fI${value}\\fR`, roff(help)]
}

/**
 * Text as a line of roff.
 *
 * @param {string} text
 */
function roff(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
}
