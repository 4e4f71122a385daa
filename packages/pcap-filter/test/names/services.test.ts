import { describe, expect, it } from 'vitest'
import { servicePort } from '../../src/names/services.js'

describe('servicePort', () => {
  it.each([
    ['a name of TCP alone', 'http', 80, null, null],
    ['a name of UDP alone', 'tftp', null, 69, null],
    ['a name of both', 'domain', 53, 53, null],
    ['a name that SCTP has too', 'amqp', 5672, null, 5672],
    ['an alias', 'www', 80, null, null],
    ['the last alias of several', 'kerberos-sec', 88, 88, null],
    ['an alias with a capital letter', 'Clearcase', null, 371, null],
    ['a name with a digit at its end', 'x11-0', 6000, null, null],
    ['a name that begins with a digit after letters', 'z3950', 210, null, null],
    ['a name of two ports: the first', 'dicom', 104, null, null],
    ['a name of one port in TCP and of another row in UDP', 'kerberos-master', 751, 751, null],
    ['the first row', 'tcpmux', 1, null, null],
    ['the last row', 'fido', 60179, null, null],
  ])('knows %s', (_, name, tcp, udp, sctp) => {
    expect(servicePort(name)).toEqual({ tcp, udp, sctp })
  })

  it.each([
    ['no service', 'no-such-service'],
    ['another case', 'HTTP'],
    ['a number', '80'],
    ['nothing', ''],
    ['a row of the table', 'http/www'],
    ["a name of JavaScript's objects", 'constructor'],
  ])('does not know %s', (_, name) => {
    expect(servicePort(name)).toBeNull()
  })
})
