// How much room the disk of the database has left. Where it is on another machine, that is not known here.
import type { Log } from '#db/log.ts'

export type FreeSpaceState = 'unknown' | 'enough' | 'low' | 'full'

export type FreeSpace = {
  /** Asks the disk. */
  check(): Promise<void>
  state(): FreeSpaceState
  /** Bytes, as they were found last; null where they are not known. */
  bytes(): number | null
}

export type FreeSpaceOptions = {
  /** Bytes that are left; undefined where the database is on another machine. */
  freeBytes: (() => Promise<number>) | undefined
  limits: { freeBytesLow: number; freeBytesFull: number }
  log: Log
}

/** A state is left only with a fifth more than what began it, so that it does not change with every file. */
const roomToLeave = 1.2

export function createFreeSpace({ freeBytes, limits, log }: FreeSpaceOptions): FreeSpace {
  let state: FreeSpaceState = 'unknown'
  let bytes: number | null = null

  function stateOf(free: number): FreeSpaceState {
    const below = (bound: number, ...held: FreeSpaceState[]) =>
      free < (held.includes(state) ? bound * roomToLeave : bound)
    if (below(limits.freeBytesFull, 'full')) return 'full'
    return below(limits.freeBytesLow, 'low', 'full') ? 'low' : 'enough'
  }

  return {
    state: () => state,
    bytes: () => bytes,
    async check() {
      if (!freeBytes) return
      bytes = await freeBytes()
      const before = state
      state = stateOf(bytes)
      if (state === before) return
      if (state === 'low' || state === 'full')
        log.error({ state, bytes }, 'the disk of the database is nearly full')
      else if (before !== 'unknown') log.info({ bytes }, 'the disk of the database has room again')
    },
  }
}
