import type { Offer } from '../config/option-row.js'
import { COMMANDS } from './command-names.js'
import { EXPLAIN, EXPLAIN_OPTIONS } from './explain-command.js'
import { FINISH, FINISH_OPTIONS } from './finish-command.js'
import { GET, GET_OPTIONS } from './get-command.js'
import { INDEX, INDEX_OPTIONS } from './index-command.js'
import { INSPECT, INSPECT_OPTIONS } from './inspect-command.js'
import type { OptionRow } from './option-table.js'
import { PLAN, PLAN_OPTIONS } from './plan-command.js'
import { REPORT, REPORT_OPTIONS } from './report-command.js'
import { SEARCH, SEARCH_OPTIONS } from './search-command.js'
import { STATUS, STATUS_OPTIONS } from './status-command.js'
import { VIEW, VIEW_OPTIONS } from './view-command.js'
import { WORK, WORK_OPTIONS } from './work-command.js'

/** A command: a word that comes first in place of a capture. */
export interface CommandRow {
  readonly name: string
  readonly help: string
  /** Its operands, as the usage line shows them. */
  readonly operands: string
  /** What a shell offers for the operands. */
  readonly offer: Offer
  readonly options: readonly OptionRow[]
}

const ROWS: readonly Omit<CommandRow, 'help'>[] = [
  { name: INSPECT, operands: '[FILE|GLOB|DIR|- ...]', offer: 'files', options: INSPECT_OPTIONS },
  { name: INDEX, operands: '-o ARCHIVE FILE|GLOB|DIR ...', offer: 'files', options: INDEX_OPTIONS },
  { name: GET, operands: 'ARCHIVE UID|- ...', offer: 'folders', options: GET_OPTIONS },
  { name: EXPLAIN, operands: 'ARCHIVE UID', offer: 'folders', options: EXPLAIN_OPTIONS },
  { name: SEARCH, operands: 'PATTERN OUTDIR|NAME.zip|ARCHIVE', offer: 'folders', options: SEARCH_OPTIONS },
  { name: PLAN, operands: 'CAPTURES ... -o JOB', offer: 'files', options: PLAN_OPTIONS },
  { name: WORK, operands: 'JOB', offer: 'folders', options: WORK_OPTIONS },
  { name: FINISH, operands: 'JOB', offer: 'folders', options: FINISH_OPTIONS },
  { name: STATUS, operands: 'JOB', offer: 'folders', options: STATUS_OPTIONS },
  { name: REPORT, operands: 'OUT.html --from INDEX.jsonl', offer: 'files', options: REPORT_OPTIONS },
  { name: VIEW, operands: 'OUTDIR', offer: 'folders', options: VIEW_OPTIONS },
  { name: 'completion', operands: '(bash|zsh|fish)', offer: ['bash', 'zsh', 'fish'], options: [] },
]

/** Every command, in the order of the manual page. */
export const COMMAND_TABLE: readonly CommandRow[] = ROWS.map((row) => ({ ...row, help: COMMANDS[row.name]! }))
