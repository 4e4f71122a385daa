import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMAND_TABLE } from '../../src/cli/command-table.js'
import { completionScript } from '../../src/cli/completion.js'
import { OPTION_TABLE } from '../../src/cli/option-table.js'
import { ConfigError } from '../../src/errors.js'
import { tempFolder } from '../output/support.js'

/** What bash offers for the last of `words`. */
function bashOffers(words: readonly string[]): string[] {
  const folder = tempFolder()
  mkdirSync(join(folder, 'captures'))
  writeFileSync(join(folder, 'a.pcap'), '')
  const script = `
    compopt() { :; }
    ${completionScript(['bash'])}
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
    COMP_CWORD=${words.length - 1}
    _pcap2conn
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const shown = execFileSync('bash', ['--norc', '-c', script], { cwd: folder, encoding: 'utf8' })
  return shown.split('\n').filter((line) => line !== '')
}

/** What a script says of the options of `command`. */
function partOf(script: string, shell: string, command: string): string {
  const lines = script.split('\n')
  if (shell === 'fish')
    return lines.filter((line) => line.includes(`'__pcap2conn_in ${command}' `)).join('\n')
  if (shell === 'bash') return lines.find((line) => line.startsWith(`    ${command}) `)) ?? ''
  const from = lines.indexOf(`  ${command})`)
  return lines.slice(from, lines.indexOf('    ) ;;', from)).join('\n')
}

describe('completion bash', () => {
  // [words, what is offered for the last one]; nothing: bash offers files
  it.each<[string[], string[]]>([
    [['pcap2conn', '--ga'], ['--gaps']],
    [
      ['pcap2conn', '--no-'],
      ['--no-decap', '--no-promiscuous', '--no-service', '--no-payload', '--no-write'],
    ],
    [
      ['pcap2conn', '--gaps', ''],
      ['marker', 'zeros', 'skip'],
    ],
    [['pcap2conn', '--gaps', 'z'], ['zeros']],
    [
      ['pcap2conn', '--overlap', '=', ''],
      ['first', 'last'],
    ],
    [
      ['pcap2conn', '--overlap', '='],
      ['first', 'last'],
    ],
    [['pcap2conn', '--overlap', '=', 'l'], ['last']],
    [
      ['pcap2conn', 'in'],
      ['inspect', 'index'],
    ],
    [
      ['pcap2conn', 'completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [
      ['pcap2conn', 'view', '--'],
      ['--index', '--root', '--port', '--no-open', '--help'],
    ],
    [['pcap2conn', 'view', 'out', '--no'], ['--no-open']],
    [['pcap2conn', 'view', '--port', ''], []],
    [
      ['pcap2conn', 'report', 'a.html', '--f'],
      ['--from', '--force'],
    ],
    [['pcap2conn', 'report', '--title', ''], []],
    [['pcap2conn', 'report', '--gaps', ''], []],
    [['pcap2conn', 'inspect', '--no'], ['--no-decap']],
    [['pcap2conn', 'completion', '--'], []],
    [['pcap2conn', 'a.pcap', 'view', '--no-o'], []],
    [['pcap2conn', '--index', ''], []],
    [['pcap2conn', '-f', ''], []],
    [['pcap2conn', '-o', ''], []],
    [['pcap2conn', 'a.pcap', ''], []],
  ])('offers for %j: %j', (words, offers) => {
    expect(bashOffers(words)).toEqual(offers)
  })

  it('offers every option', () => {
    const offered = bashOffers(['pcap2conn', '--'])
    expect(offered).toEqual(OPTION_TABLE.map(({ name }) => `--${name}`))
  })
})

describe.each(['bash', 'zsh', 'fish'])('completion %s', (shell) => {
  it('has every option with what it says', () => {
    const script = completionScript([shell])
    for (const { name, letter, help } of OPTION_TABLE) {
      expect(script).toMatch(new RegExp(`(-l |--)${name}\\b`))
      if (letter !== undefined) expect(script).toMatch(new RegExp(`(-s |-)${letter}\\b`))
      if (shell !== 'bash') expect(script.replaceAll('\\', '')).toContain(help.split("'")[0])
    }
  })

  it('has every command with its options', () => {
    const script = completionScript([shell])
    for (const { name: command, options } of COMMAND_TABLE) {
      const part = partOf(script, shell, command)
      const names = [
        ...part.matchAll(shell === 'fish' ? / -l ([a-z-]+)/g : /--([a-z-]+)(?=[[}]| --| -\w|')/g),
      ].map(([, name]) => name)
      expect([...new Set(names)].sort()).toEqual(options.map(({ name }) => name).sort())
    }
  })
})

it.each([
  [['bsh'], 'Cannot use completion bsh: did you mean bash?'],
  [['tcsh5'], 'Cannot use completion tcsh5: name one shell of bash, zsh, fish'],
  [[], 'Cannot use completion: name one shell of bash, zsh, fish'],
  [['bash', 'zsh'], 'Cannot use completion bash zsh: name one shell'],
])('refuses completion %j', (args, problem) => {
  expect(() => completionScript(args)).toThrow(ConfigError)
  expect(() => completionScript(args)).toThrow(problem)
})

it('offers words for the values that are words, as the help tells them', () => {
  const withWords = OPTION_TABLE.filter(({ offer }) => typeof offer === 'object')
  expect(withWords.map(({ name }) => name)).toContain('gaps')
  for (const { name, offer, help } of withWords) {
    for (const word of offer as readonly string[]) expect(help, name).toContain(word)
  }
})
