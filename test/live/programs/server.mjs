// Answers connections: usage: server.mjs HOST PORT BYTES. Each client sends BYTES bytes, the first four its number, and
// gets as many. Says "ready" when it listens.
import net from 'node:net'
import { content } from './content.mjs'

const [host, port, bytes] = process.argv.slice(2)
const size = Number(bytes)

const server = net.createServer((socket) => {
  /** @type {Buffer[]} */
  const head = []
  let received = 0
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    if (received < 4) head.push(chunk)
    const isNumberNew = received < 4 && received + chunk.length >= 4
    received += chunk.length
    if (isNumberNew) socket.end(content(Buffer.concat(head).readUInt32BE(), 'down', size))
  })
})
server.listen(Number(port), host, () => console.log('ready'))
