/** Gives what is needed to read MQTT packets off a stream: the type of each (section 2.2.1) and what follows its length. */
export function createPacketReader(hear: (type: number, body: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (let next = firstOf(rest); next; next = firstOf(rest)) {
      hear(next.type, rest.subarray(next.bodyAt, next.end))
      rest = rest.subarray(next.end)
    }
  }
}

/** Section 2.2.3: the length is in base 128, the lowest digits first. */
function firstOf(bytes: Buffer): { type: number; bodyAt: number; end: number } | undefined {
  let length = 0
  for (let at = 1; at < bytes.length && at <= 4; at += 1) {
    const digit = bytes[at] ?? 0
    length += (digit & 0x7f) * 128 ** (at - 1)
    if (digit >= 128) continue
    const end = at + 1 + length
    return end <= bytes.length ? { type: (bytes[0] ?? 0) >> 4, bodyAt: at + 1, end } : undefined
  }
  return undefined
}
