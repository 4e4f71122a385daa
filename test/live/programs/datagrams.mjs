// Sends datagrams that hold their number: usage: datagrams.mjs HOST PORT BATCH COUNT PID. BATCH of them at a time, with
// a pause of a millisecond (0: many, without pause). After COUNT of them it interrupts the process PID and goes
// on for half a second; PID 0: it ends.
import dgram from 'node:dgram'
import { setImmediate, setTimeout } from 'node:timers/promises'

const [host = '', port, batch, count, pid] = process.argv.slice(2)
const socket = dgram.createSocket(host.includes(':') ? 'udp6' : 'udp4')
let sent = 0
let endsAt = Number.POSITIVE_INFINITY

while (performance.now() < endsAt) {
  for (let i = 0; i < (Number(batch) || 64); i++) {
    const datagram = Buffer.alloc(100)
    datagram.writeUInt32BE(sent)
    await new Promise((resolve) => socket.send(datagram, Number(port), host, resolve))
    sent += 1
    if (sent === Number(count)) {
      if (pid !== '0') process.kill(Number(pid), 'SIGINT')
      endsAt = performance.now() + (pid === '0' ? -1 : 500)
    }
  }
  await (batch === '0' ? setImmediate() : setTimeout(1))
}
socket.close()
