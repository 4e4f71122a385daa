import { OPTION_GROUPS, type OptionRow as Row } from '../config/option-row.js'
import { dashed, OPTIONS } from '../config/options.js'

export { OPTION_GROUPS, optionLabel } from '../config/option-row.js'

/** One option of the command line. */
export interface OptionRow extends Omit<Row, 'group' | 'needs' | 'conflicts' | 'isForConnections'> {
  /** Long name, without the dashes. */
  readonly name: string
}

/** An option under its heading. */
export type GroupedRow = OptionRow & Pick<Row, 'group'>

/** Words of `--progress`. */
export const PROGRESS_MODES = ['auto', 'always', 'never'] as const

const TERMINAL_OPTIONS: readonly GroupedRow[] = [
  {
    name: 'list-interfaces',
    letter: 'l',
    group: 'Live capture',
    help: 'list the interfaces and exit; with -j as JSON',
  },
  {
    name: 'report',
    value: 'FILE',
    offer: 'files',
    group: 'Report',
    help: 'one HTML page about the connections, with links to their files (pcap2conn report --help)',
    readme: 'one page about all connections, with links to their files, as `pcap2conn report` makes it',
  },
  {
    name: 'progress',
    value: 'WHEN',
    offer: PROGRESS_MODES,
    group: 'Report',
    help: 'progress on standard error: auto (default), always or never',
    readme:
      'progress on standard error: `auto` (default: a bar on a terminal, elsewhere a line every 10 seconds), `always` (a line every 2 seconds elsewhere), `never`',
  },
  { name: 'quiet', letter: 'q', group: 'Report', help: 'only problems and errors on standard error' },
  {
    name: 'config',
    value: 'FILE',
    offer: 'files',
    group: 'Report',
    help: 'take options from a JSON object with their long names; the command line wins',
    readme:
      'options from a JSON object with their long names, such as `{"workers": 2, "index": ["a.parquet"]}`. The command line wins; its inputs replace those of the file',
  },
  { name: 'version', letter: 'v', group: 'Report', help: 'print the version and exit' },
  { name: 'help', letter: 'h', group: 'Report', help: 'print this help and exit' },
]

const ALL: readonly GroupedRow[] = [
  ...Object.entries(OPTIONS).map(([name, row]) => ({ ...row, name: dashed(name) })),
  ...TERMINAL_OPTIONS,
]

/** Every option that works, in the order of the help. */
export const OPTION_TABLE: readonly GroupedRow[] = OPTION_GROUPS.flatMap((group) =>
  ALL.filter((row) => row.group === group),
)
