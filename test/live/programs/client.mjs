// Talks to the server: usage: client.mjs HOST PORT BYTES FIRST COUNT. Opens COUNT connections with the numbers from
// FIRST on, several at a time, and prints a JSON array of their ports, in the order of their numbers.
import { once } from 'node:events'
import net from 'node:net'
import { content } from './content.mjs'

const AT_A_TIME = 10
const [host, port, bytes, first, count] = process.argv.slice(2)
const size = Number(bytes)
const to = Number(first) + Number(count)
/** @type {(number | undefined)[]} */
const ports = []
let next = Number(first)

async function talk() {
  while (next < to) {
    const number = next++
    const socket = net.connect({ host, port: Number(port) })
    await once(socket, 'connect')
    ports[number - Number(first)] = socket.localPort
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
    })
    socket.end(content(number, 'up', size))
    await once(socket, 'close')
    if (received !== size) throw new Error(`connection ${number} got ${received} bytes of ${size}`)
  }
}

await Promise.all(Array.from({ length: AT_A_TIME }, talk))
console.log(JSON.stringify(ports))
