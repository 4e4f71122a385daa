import type { OptionRow } from './option-table.js'

/** What a shell offers for the value of an option: words, files or folders, or nothing. */
export type Offer = readonly string[] | 'files' | 'folders' | 'nothing'

/** Words that may come first in place of a capture. */
export const COMMANDS: Readonly<Record<string, string>> = {
  inspect: 'say what is in captures',
  report: 'make a page about the connections of an index',
  view: 'show the connections of an output folder in a browser',
  completion: 'print a completion script for bash, zsh or fish',
}

const WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['gaps', ['marker', 'zeros', 'skip']],
  ['overlap', ['first', 'last']],
  ['progress', ['auto', 'always', 'never']],
  ['live-backend', ['auto', 'libpcap', 'cap']],
])

/** What is offered for the value of `option`, which takes one. */
export function offerFor({ name, value }: OptionRow): Offer {
  const words = WORDS.get(name)
  if (words !== undefined) return words
  if (value === 'DIR') return 'folders'
  return value === 'FILE' || name === 'input-file' ? 'files' : 'nothing'
}
