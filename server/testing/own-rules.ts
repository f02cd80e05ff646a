// Rules that a community of a test has made its own.
import { noChanges } from '#contract/rule-layers.ts'
import type { RuleChange } from '#contract/rule-set.ts'
import type { Db } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'

/**
 * Nobody is asked first: the steward is sent at the deadline. For tests of what comes after that; who is asked before
 * has its own (dispatch/ask.test.ts and the scenarios of silence).
 */
export const sentAtOnce: RuleChange = { ladder: { stewardAfterMin: 0 } }

/** In force from now on; the next version. */
export async function makeOwnRules(db: Db, communityId: number, community: RuleChange): Promise<void> {
  await db.run(sql`
    insert into rule_book (community_id, version, layers, note, created_at)
    select ${communityId}, coalesce(max(version), 0) + 1, ${json({ ...noChanges, community })}, '', ${at(0)}
    from rule_book
    where community_id = ${communityId}`)
}
