// Presses that could not be sent yet: kept on the tablet, retried with the same id, so that one press is one sign.

/** `on` is the day it was pressed on, in her own zone. */
export type Press = { id: string; what: 'checkIn' | 'sos'; at: number; on: string }
export type Keeping = { read: () => string | null; write: (text: string) => void }

/** More than these were never pressed by a person in one outage; the oldest greetings leave first, no SOS does. */
const keptMax = 20
/** An old greeting says nothing about now, nor yesterday's about today; a call for help always rings (safety 9). */
const greetingAgeMsMax = 6 * 3_600_000

/** A list that survives a reload, also where the browser keeps nothing: then for as long as the page is open. */
export function keptPresses(keeping: Keeping): {
  all: () => Press[]
  add: (press: Press) => void
  done: (id: string) => void
  /** Calls for help first, then oldest first; greetings that are too old are let go. */
  due: (at: number, on: string) => Press[]
} {
  let presses = parse(keeping.read())
  const keep = (next: Press[]): void => {
    presses = next
    keeping.write(JSON.stringify(next))
  }
  return {
    all: () => [...presses],
    add: (press) => {
      const greetings = presses.filter(({ what }) => what === 'checkIn').slice(-(keptMax - 1))
      keep([...presses.filter((one) => one.what === 'sos' || greetings.includes(one)), press])
    },
    done: (id) => keep(presses.filter((press) => press.id !== id)),
    due: (at, on) => {
      const fresh = presses.filter(
        (press) => press.what === 'sos' || (press.on === on && at - press.at < greetingAgeMsMax),
      )
      if (fresh.length < presses.length) keep(fresh)
      return fresh.toSorted((a, b) => rank(a) - rank(b) || a.at - b.at)
    },
  }
}

const rank = ({ what }: Press): number => (what === 'sos' ? 0 : 1)

function parse(text: string | null): Press[] {
  try {
    const read: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(read) ? read.filter(isPress) : []
  } catch {
    return [] // Written by something else: nothing to retry.
  }
}

function isPress(one: unknown): one is Press {
  const { id, what, at, on } = (one ?? {}) as Partial<Press>
  const isKnown = what === 'checkIn' || what === 'sos'
  return isKnown && typeof id === 'string' && typeof at === 'number' && typeof on === 'string'
}

/** The browser's own storage under a key; silent where it is refused. */
export const storedUnder = (key: string): Keeping => ({
  read: () => {
    try {
      return localStorage.getItem(key)
    } catch {
      return null
    }
  },
  write: (text) => {
    try {
      localStorage.setItem(key, text)
    } catch {
      // Kept in memory all the same.
    }
  },
})
