/** When and how a segment came. */
export interface Arrival {
  tsSec: number
  tsNsec: number
  /** Number of its packet in the run. */
  number: number
  /** Stream offset of the peer up to which its sender had acknowledged. */
  peerAcked: number
}
