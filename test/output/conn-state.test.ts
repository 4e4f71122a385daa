import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connState } from '../../src/output/conn-state.js'
import { HalfSeen } from '../../src/stream/half-streams.js'

const { SYN, SYN_ACK, FIN, RST, DATA, STARTED } = HalfSeen

describe('connState() of TCP', () => {
  // Descriptions of Zeek's documentation of conn_state.
  it.each<[string, string, number, number, number]>([
    ['S0', 'connection attempt seen, no reply', SYN, 0, 0],
    ['S1', 'connection established, not terminated', SYN | DATA, SYN_ACK | DATA, 2],
    ['SF', 'normal establishment and termination', SYN | FIN, SYN_ACK | FIN, 2],
    ['SF', 'a RST after both FINs', SYN | FIN | RST, SYN_ACK | FIN, 2],
    ['OTH', 'FINs of both sides of a connection joined midstream', DATA | FIN, DATA | FIN, 2],
    ['SF', 'the same where the SYN+ACK was seen', DATA | FIN, SYN_ACK | FIN, 2],
    ['RSTRH', 'a RST of a connection joined midstream', DATA, DATA | RST, 2],
    ['REJ', 'connection attempt rejected', SYN, RST, 1],
    ['REJ', 'both reset without data', SYN | RST, RST, 1],
    ['S2', 'close attempt by originator, no reply from responder', SYN | FIN, SYN_ACK, 2],
    ['S3', 'close attempt by responder, no reply from originator', SYN, SYN_ACK | FIN, 2],
    ['RSTO', 'established, originator aborted', SYN | RST, SYN_ACK, 2],
    ['RSTO', 'originator sent FIN, then RST', SYN | FIN | RST, SYN_ACK | DATA, 2],
    ['RSTR', 'responder sent a RST', SYN | DATA, SYN_ACK | RST, 2],
    ['RSTR', 'both sent a RST after data', SYN | DATA | RST, SYN_ACK | RST, 2],
    ['RSTOS0', 'originator sent a SYN followed by a RST, no SYN-ACK', SYN | RST, 0, 0],
    ['RSTRH', 'responder sent a SYN-ACK followed by a RST, no SYN', 0, SYN_ACK | RST, 2],
    ['SH', 'originator sent a SYN followed by a FIN, no SYN-ACK', SYN | FIN, 0, 0],
    ['SHR', 'responder sent a SYN-ACK followed by a FIN, no SYN', 0, SYN_ACK | FIN, 2],
    ['OTH', 'no SYN seen, just midstream traffic', DATA, DATA, 2],
    ['OTH', 'a SYN answered by an ACK only', SYN, 0, 1],
    ['S1', 'only the SYN was not captured', 0, SYN_ACK, 1],
    ['S1', 'only the SYN was not captured, and there is data', DATA, SYN_ACK | DATA, 2],
    ['OTH', 'a SYN of the responder alone', 0, SYN, 1],
  ])('is %s: %s', (state, _name, orig, resp, respPackets) => {
    expect(connState(6, orig, resp, 1, respPackets)).toBe(state)
    expect(connState(6, orig | STARTED, resp | STARTED, 1, respPackets)).toBe(state)
  })

  it('is OTH for a SYN+ACK alone', () => {
    expect(connState(6, 0, SYN_ACK | STARTED, 0, 1)).toBe('OTH')
  })

  it('is one of the documented codes whatever was seen', () => {
    const codes = ['S0', 'S1', 'SF', 'REJ', 'S2', 'S3', 'RSTO', 'RSTR', 'RSTOS0', 'RSTRH', 'SH', 'SHR', 'OTH']
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), fc.nat(2), fc.nat(2), (orig, resp, origPackets, respPackets) => {
        expect(codes).toContain(connState(6, orig, resp, origPackets, respPackets))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('connState() of other protocols', () => {
  it.each([
    ['UDP of both sides', 17, 1, 1, 'SF'],
    ['UDP of one side', 17, 3, 0, 'S0'],
    ['UDP of the responder alone', 17, 0, 1, 'SHR'],
    ['UDP-Lite', 136, 1, 1, 'SF'],
    ['SCTP', 132, 1, 0, 'S0'],
    ['DCCP', 33, 1, 1, 'SF'],
    ['ICMP', 1, 1, 1, 'OTH'],
    ['GRE', 47, 5, 0, 'OTH'],
  ])('%s', (_name, protocol, origPackets, respPackets, state) => {
    expect(connState(protocol, 0, 0, origPackets, respPackets)).toBe(state)
  })
})
