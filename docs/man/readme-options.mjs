/** @typedef {import('../../src/cli/option-table.js').GroupedRow} GroupedRow */

const BEGIN = '<!-- options -->\n'
const END = '<!-- end of options -->'

/**
 * A text whose table of options, between two comments, is made of `options`.
 *
 * @param {string} text
 * @param {readonly GroupedRow[]} options
 * @returns {string}
 * @throws Error where the text has no such comments.
 */
export function withOptions(text, options) {
  const from = text.indexOf(BEGIN)
  const to = text.indexOf(END)
  if (from < 0 || to < from) throw new Error(`no place for the options: ${BEGIN.trim()} … ${END}`)
  const groups = [...new Set(options.map(({ group }) => group))]
  const lines = groups.flatMap((group) => [
    `| **${group}** | |`,
    ...options.filter((option) => option.group === group).map(line),
  ])
  return `${text.slice(0, from)}${BEGIN}| option | meaning |\n| --- | --- |\n${lines.join('\n')}\n${text.slice(to)}`
}

/** @param {GroupedRow} option */
function line({ name, letter, value, help, readme }) {
  const names = `${letter === undefined ? '' : `\`-${letter}\`, `}\`--${name}${value === undefined ? '' : ` ${value}`}\``
  return `| ${names} | ${readme ?? help} |`
}
