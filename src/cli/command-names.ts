import { shown } from '../config/option-values.js'
import { suggestionFor } from '../config/suggest.js'
import { ConfigError } from '../errors.js'
import { isThere } from '../existing-outputs.js'

/** Commands: words that may come first instead of a capture, with their help. */
export const COMMANDS: Readonly<Record<string, string>> = {
  inspect: 'say what is in captures',
  index: 'say which connections are in captures, and where their packets stand',
  get: 'write connections of an archive that index has made',
  explain: 'show the packets of a connection of an archive, and what became of their bytes',
  search: 'find text, bytes or a regular expression in the payload of connections',
  plan: 'share captures out as tasks for several machines',
  work: 'do a task of a job that plan has made',
  finish: "put the results of a job's tasks together",
  status: 'say how far a job is',
  report: 'make a page about the connections of an index',
  view: 'show the connections of an output folder in a browser',
  completion: 'print a completion script for bash, zsh or fish',
}

const GLOB = /[*?[\]{}()!]/

/**
 * A first argument that is nearly a command was misspelt, unless a file has that name.
 *
 * @param args What follows the program's name.
 * @throws ConfigError naming the command that was probably meant.
 */
export function refuseMisspeltCommand(args: readonly string[]): void {
  const [word] = args
  if (word === undefined || Object.hasOwn(COMMANDS, word)) return
  if (word.startsWith('-') || GLOB.test(word) || isThere(word)) return
  const command = suggestionFor(word, Object.keys(COMMANDS))
  if (command !== null)
    throw new ConfigError(`No file and no command ${shown(word)}: did you mean ${command}?`)
}
