// From the bytes of a PostgreSQL client to whole pieces of work: what stands between two Syncs belongs together.

export type Unit =
  | { is: 'startup' }
  | { is: 'copyBegins' }
  | { is: 'ask'; bytes: Buffer; isCopyIn: boolean }
  | { is: 'end' }

const isCopyIn = /^copy\s[^]*from\s+stdin/i

/** Feeds on what a socket gives; hands on each unit once it is complete. */
export function frontendUnits(hand: (unit: Unit) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0)
  let hasStarted = false
  let kept: Buffer[] = []
  let copying = false

  function take(type: string, frame: Buffer): void {
    if (type === 'P') kept.push(closing(frame))
    kept.push(frame)
    if (type === 'X') return hand({ is: 'end' })
    if (type === 'Q' && isCopyIn.test(frame.toString('utf8', 5))) {
      // The data has to be there when the statement begins: the session cannot wait for the network.
      copying = true
      return hand({ is: 'copyBegins' })
    }
    const isWhole = copying ? type === 'c' || type === 'f' : type === 'Q' || type === 'S'
    if (!isWhole) return
    hand({ is: 'ask', bytes: Buffer.concat(kept), isCopyIn: copying })
    kept = []
    copying = false
  }

  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (;;) {
      const headBytes = hasStarted ? 5 : 4
      if (rest.length < headBytes) return
      const length = rest.readInt32BE(headBytes - 4) + headBytes - 4
      if (rest.length < length) return
      const frame = rest.subarray(0, length)
      rest = rest.subarray(length)
      if (hasStarted) take(String.fromCharCode(frame[0] ?? 0), frame)
      else hand({ is: 'startup' })
      hasStarted = true
    }
  }
}

/**
 * Close for the statement that this Parse names. Connections share one session, and every pool of a process gives one
 * text one name: the second to prepare it would be refused.
 */
function closing(parse: Buffer): Buffer {
  const name = parse.subarray(5, parse.indexOf(0, 5) + 1)
  if (name.length === 1) return Buffer.alloc(0)
  const head = Buffer.from([67, 0, 0, 0, 0, 83])
  head.writeInt32BE(head.length - 1 + name.length, 1)
  return Buffer.concat([head, name])
}
