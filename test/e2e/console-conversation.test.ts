import { expect, it } from 'vitest'
import { runProgram } from '../support/program.js'

const HEAD = /^--- \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} TCP \S+ > \S+ \(\d+ bytes?\)$/

it.each([1, 2])(
  '-c --hex shows every payload byte with %d workers, and no colours in a pipe',
  async (workers) => {
    const args = ['fixtures/http.pcap.gz', '-cq', '--gaps', 'skip', '--workers', `${workers}`]
    const [plain, hex] = await Promise.all([runProgram(args), runProgram([...args, '--hex'])])
    const lines = hex.stdout.toString().trimEnd().split('\n')
    const digits = lines
      .filter((line) => !line.startsWith('---'))
      .map((line) => line.slice(10, 58).replace(/ /g, ''))
    expect(Buffer.from(digits.join(''), 'hex').toString('latin1')).toBe(plain.stdout.toString('latin1'))
    expect(lines.filter((line) => line.startsWith('---')).every((line) => HEAD.test(line))).toBe(true)
  },
)
