import type { CommandOption } from './command-options.js'

/** What a shell offers for the value of an option: words, files or folders, or nothing. */
export type Offer = readonly string[] | 'files' | 'folders' | 'nothing'

const WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['gaps', ['marker', 'zeros', 'skip']],
  ['overlap', ['first', 'last']],
  ['progress', ['auto', 'always', 'never']],
  ['live-backend', ['auto', 'libpcap', 'cap']],
])

/** What is offered for the value of `option`, which takes one. */
export function offerFor({ name, value }: CommandOption): Offer {
  const words = WORDS.get(name)
  if (words !== undefined) return words
  if (value === 'DIR') return 'folders'
  return value === 'FILE' || name === 'input-file' ? 'files' : 'nothing'
}
