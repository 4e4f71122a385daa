import { shown } from '../config/option-values.js'
import { suggestionFor } from '../config/suggest.js'
import { ConfigError } from '../errors.js'
import { bashCompletion } from './completion-bash.js'
import { fishCompletion } from './completion-fish.js'
import { zshCompletion } from './completion-zsh.js'

const SCRIPTS: Readonly<Record<string, () => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

/**
 * The script that teaches a shell to complete our options.
 *
 * @param args The arguments after `completion`: the name of a shell.
 * @throws ConfigError
 */
export function completionScript(args: readonly string[]): string {
  const shells = Object.keys(SCRIPTS)
  const [shell, more] = args
  const script = shell === undefined || more !== undefined ? undefined : SCRIPTS[shell]
  if (script !== undefined) return script()
  const suggestion = more === undefined ? suggestionFor(shell ?? '', shells) : null
  const hint = suggestion === null ? `name one shell of ${shells.join(', ')}` : `did you mean ${suggestion}?`
  throw new ConfigError(`Cannot use ${['completion', ...args.map(shown)].join(' ')}: ${hint}`)
}
