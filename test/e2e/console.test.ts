import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { endpoint } from '../../fixtures/generator/packets.mjs'
import { Script } from '../../fixtures/generator/script.mjs'
import { runProgram, withFolder } from '../support/program.js'

const CONNECTIONS = 40
const ROUNDS = 60

/** Datagrams and segments of many connections in turn, without loss: each is a chunk of its own. */
const script = new Script(1_709_631_000)
for (let i = 0; i < CONNECTIONS; i++) {
  const options = {
    client: endpoint(`10.0.0.${i + 1}`, 2_000 + i),
    server: endpoint('198.51.100.1', 80),
    atMs: i,
    stepMs: CONNECTIONS,
  }
  if (i % 2 === 0) {
    const udp = script.udp(options)
    for (let round = 0; round < ROUNDS; round++) udp.send(round % 3 === 1 ? 1 : 0, `u${i}.${round};`)
  } else {
    const tcp = script.tcp(options)
    tcp.open()
    for (let round = 3; round < ROUNDS; round++) tcp.send(round % 3 === 0 ? 1 : 0, `t${i}.${round};`)
  }
}
const inOrder = script.expected
  .flatMap(({ chunks }) => chunks)
  .sort((a, b) => a.us - b.us)
  .map(({ bytes }) => Buffer.from(bytes).toString())

it.concurrent.each([1, 2, 12])(
  '-c gives the payload of all connections in packet order with %d workers',
  (workers) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, 'a.pcap'), script.toPcap())
      const run = async (options: string) => {
        const args = ['a.pcap', options, '--workers', `${workers}`]
        const { code, stderr, stdout } = await runProgram(args, { cwd: folder })
        expect([code, stderr]).toEqual([0, ''])
        return stdout.toString()
      }
      expect(await run('-cq')).toBe(inOrder.join(''))
      const lines = (await run('-cjq')).split('\r\n').slice(0, -1)
      const records = lines.map((line) => JSON.parse(line) as { connection: string; data: string })
      expect(records.map(({ data }) => data)).toEqual(inOrder)
      for (const { connection, data } of records) {
        const [, number] = /^[ut](\d+)\./.exec(data)!
        expect(connection).toContain(`-10.0.0.${Number(number) + 1}.${2_000 + Number(number)}-`)
      }
      const fromStdin = await runProgram(['-', '-cq', '--workers', `${workers}`], { stdin: script.toPcap() })
      expect(fromStdin.stdout.toString()).toBe(inOrder.join(''))
    }),
)
