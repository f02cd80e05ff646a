// A device that came over another connection than it had: what is left of the old one, on whichever server, must go,
// or it would take commands that the device never hears.
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const Moved = Type.Object({ serial: Type.String(), connection: Type.String() })
export type Moved = Static<typeof Moved>

/** The NOTIFY channel; its payload is a list of devices, each with the connection that lives. */
export const movedChannel = 'cp_moved'

/** A payload may hold 8,000 bytes; one device takes at most 90. */
const inOneMax = 80

/** Tells every server, when this transaction commits. */
export async function tellMoved(tx: Tx, moved: readonly Moved[]): Promise<void> {
  for (let first = 0; first < moved.length; first += inOneMax) {
    const payload = JSON.stringify(moved.slice(first, first + inOneMax))
    await tx.run(sql`select pg_notify(${movedChannel}, ${payload})`)
  }
}

/** What `tellMoved` told. */
export function movedIn(payload: string): Moved[] {
  const told: unknown = JSON.parse(payload)
  return Value.Check(Type.Array(Moved), told) ? told : []
}
