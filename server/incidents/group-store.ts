// A group and its rows: how it is opened, joined, left and found to be empty.
import { Type, type Static } from 'typebox'
import type { Evidence } from '#contract/incident.ts'
import { Id, type Stage } from '#contract/primitives.ts'
import { bigints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'
import type { Ground } from './fold-store.ts'

export type NewGroup = Ground & { cause: string; stage: Stage; evidence: Evidence }

const Identified = Type.Object({ id: Id })

/** The candidates are held and the ground is ours: nobody else opens one for this cause now. */
export async function insertGroup(tx: Tx, group: NewGroup, now: number): Promise<number> {
  const { id } = await tx.one(
    Identified,
    sql`
      insert into incident (community_id, subject, kind, stage, origin, cause, evidence, opened_at)
      values (
        ${group.communityId}, 'group', ${group.kind}, ${group.stage}, ${group.origin}, ${group.cause},
        ${json(group.evidence)}, ${at(now)}
      )
      returning id`,
  )
  return id
}

export async function changeGroup(tx: Tx, groupId: number, evidence: Evidence): Promise<void> {
  await tx.run(sql`
    update incident
    set evidence = ${json(evidence)},
      version = version + 1
    where id = ${groupId}`)
}

/** `into` null takes them out again: each is a card of its own. */
export async function foldInto(
  tx: Tx,
  folds: readonly { incidentId: number; into: number | null }[],
  now: number,
): Promise<void> {
  if (folds.length === 0) return
  await tx.run(sql`
    update incident i
    set folded_into = f.folded_into,
      joined_at = case when f.folded_into is not null then ${at(now)}::timestamptz end,
      version = version + 1
    from unnest(
      ${bigints(folds.map(({ incidentId }) => incidentId))}::bigint[],
      ${bigints(folds.map(({ into }) => into))}::bigint[]
    ) as f (incident_id, folded_into)
    where i.id = f.incident_id`)
}

const Unfolded = Type.Object({ incidentId: Id, groupId: Id })

/** Of these rows, those whose card is a group (not a danger in the same home). */
export const rowsOfGroups = (tx: Tx, incidentIds: readonly number[]): Promise<Static<typeof Unfolded>[]> =>
  tx.many(
    Unfolded,
    sql`
      select i.id as incident_id, g.id as group_id
      from incident i
      join incident g on g.id = i.folded_into and g.subject = 'group'
      where i.id = any(${bigints(incidentIds)}::bigint[])
      order by i.id`,
  )

const Ended = Type.Object({ id: Id, communityId: Id })

/** Of these groups (held from here on), those in which no row is open any more. */
export async function lockEmptyGroups(tx: Tx, groupIds: readonly number[]): Promise<Static<typeof Ended>[]> {
  if (groupIds.length === 0) return []
  await tx.run(sql`
    select id
    from incident
    where id = any(${bigints(groupIds)}::bigint[])
    order by id
    for no key update`)
  return tx.many(
    Ended,
    sql`
      select g.id, g.community_id
      from incident g
      where g.id = any(${bigints(groupIds)}::bigint[])
        and g.subject = 'group'
        and g.state = 'open'
        and not exists (
          select
          from incident i
          where i.folded_into = g.id
            and i.state = 'open'
        )
      order by g.id`,
  )
}
