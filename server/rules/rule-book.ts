// The rules that a community has made its own, as versions: the highest is in force.
import { Type, type Static } from 'typebox'
import { EpochMs, Id, orNull } from '#contract/primitives.ts'
import { noChanges, readLayers, type RuleLayers } from '#contract/rule-layers.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'

/** `version` 0 is the defaults, which nobody has changed yet. */
export type RuleBook = { version: number; layers: RuleLayers }

const untouched: RuleBook = { version: 0, layers: noChanges }
const BookRow = Type.Object({ communityId: Id, version: Type.Integer(), layers: Type.Unknown() })

/** What is in force in each of these communities. */
export async function ruleBooks(db: Db, communityIds: readonly number[]): Promise<Map<number, RuleBook>> {
  const rows = await db.many(
    BookRow,
    sql`
      select distinct on (community_id) community_id, version, layers
      from rule_book
      where community_id = any(${communityIds}::bigint[])
      order by community_id, version desc`,
  )
  const books = new Map<number, RuleBook>(communityIds.map((id) => [id, untouched]))
  for (const { communityId, version, layers } of rows)
    books.set(communityId, { version, layers: readLayers(layers) })
  return books
}

export const ruleBook = async (db: Db, communityId: number): Promise<RuleBook> =>
  (await ruleBooks(db, [communityId])).get(communityId) ?? untouched

const HistoryRow = Type.Object({
  version: Type.Integer(),
  note: Type.String(),
  createdAt: EpochMs,
  createdBy: orNull(Type.String()),
})
export type RuleHistory = Static<typeof HistoryRow>

/** The last changes, newest first. */
export const ruleHistory = (db: Db, communityId: number, max: number): Promise<RuleHistory[]> =>
  db.many(
    HistoryRow,
    sql`
      select b.version, b.note, b.created_at, person.name as created_by
      from rule_book b
      left join person on person.id = b.created_by
      where b.community_id = ${communityId}
      order by b.version desc
      limit ${max}`,
  )

const Written = Type.Object({ version: Type.Integer() })

/** @returns false where somebody else wrote that version first; nothing was written then */
export async function writeRuleBook(
  tx: Tx,
  book: RuleBook & { communityId: number; note: string; byId: number; now: number },
): Promise<boolean> {
  const { communityId, version, layers, note, byId, now } = book
  const written = await tx.many(
    Written,
    sql`
      insert into rule_book (community_id, version, layers, note, created_at, created_by)
      values (${communityId}, ${version}, ${json(layers)}, ${note}, ${at(now)}, ${byId})
      on conflict do nothing
      returning version`,
  )
  return written.length > 0
}
