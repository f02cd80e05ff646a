// Nobody at the desk could be told of the list of a group: then its rows cannot wait for the desk either.
import { Type } from 'typebox'
import { Id } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { asking } from './ask.ts'
import { climb } from './climb.ts'
import { writeDraft } from './draft-store.ts'
import { somebodyMayAnswer } from './outbox-store.ts'
import { situationsOf, type Situation } from './situation.ts'
import { newDraft } from './tell.ts'

type List = { situation: Situation; now: number; wake: (() => void) | undefined }

/** Each row that only the desk was asked for goes up its own ladder at once (safety 2, 8). */
export async function goOnForRows(tx: Tx, { situation, now, wake }: List): Promise<void> {
  if (situation.ladder.purpose === 'inform') return
  if (await somebodyMayAnswer(tx, situation.id, now)) return
  const draft = newDraft(now)
  for (const row of await situationsOf(tx, await lockUnasked(tx, situation.id), now))
    climb(draft, row, row.step + 1)
  await writeDraft(tx, draft, wake)
}

const Identified = Type.Object({ id: Id })

/** Not those that somebody is at, nor those that another transaction holds: whoever closes one waits for the group. */
async function lockUnasked(tx: Tx, groupId: number): Promise<number[]> {
  const rows = await tx.many(
    Identified,
    sql`
      select id
      from incident
      where folded_into = ${groupId}
        and state = 'open'
        and step = ${asking}
        and acknowledged_at is null
      order by id
      for no key update skip locked`,
  )
  return rows.map(({ id }) => id)
}
