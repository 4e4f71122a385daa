import type { OptionRow } from './option-table.js'

/** Option of what reads the captures of an archive. */
export const ROOT_OPTION: OptionRow = {
  name: 'root',
  value: 'DIR',
  offer: 'folders',
  help: 'folder where the captures are now, if they were moved',
}

/** Options of what shows the results of a run, or an archive. */
export const RESULTS_OPTIONS: readonly OptionRow[] = [
  {
    name: 'index',
    value: 'FILE',
    offer: 'files',
    help: 'index of the connections (default: the .jsonl one in OUTDIR, or that of the archive)',
  },
  { ...ROOT_OPTION, help: 'folder where the captures of an archive are now, if they were moved' },
]
