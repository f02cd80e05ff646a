import { Type, type Static } from 'typebox'
import type { Ledger } from '#contract/community.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'

const Signature = Type.Object({ signedBy: Type.String(), signedAt: Type.Integer() })

export const signatureOf = (
  db: Db,
  communityId: number,
  on: string,
): Promise<Static<typeof Signature> | undefined> =>
  db.maybeOne(
    Signature,
    sql`
      select p.name as signed_by, s.signed_at
      from ledger_signature s
      join person p on p.id = s.signed_by
      where s.community_id = ${communityId}
        and s."on" = ${on}`,
  )

/** False where somebody else was first. */
export async function insertSignature(
  tx: Tx,
  { communityId, on, personId, now, counts }: NewSignature,
): Promise<boolean> {
  const written = await tx.run(sql`
    insert into ledger_signature (community_id, "on", signed_by, signed_at, counts)
    values (${communityId}, ${on}, ${personId}, ${at(now)}, ${json(counts)})
    on conflict do nothing`)
  return written === 1
}

export type NewSignature = {
  communityId: number
  on: string
  personId: number
  now: number
  counts: Ledger['counts']
}
