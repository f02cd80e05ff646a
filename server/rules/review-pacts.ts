// Habits shift: whether what is agreed still fits the mornings. It changes no pact; staff decide (issue: the proposed
// personal deadline, reviewed when habits shift).
import { rulesOfMany } from '#contract/rule-layers.ts'
import type { Tx } from '#db/database.ts'
import { grouped } from '#domain/grouped.ts'
import { hasShifted, proposeDeadline } from '#domain/proposed-deadline.ts'
import { lockDueReviews, morningsOf, writeReviews } from './review-store.ts'
import { ruleBooks } from './rule-book.ts'

const dayMs = 24 * 3_600_000

/** Each pact once in the days that its rules say. @param now epoch ms. Gives how many it looked at */
export async function reviewPacts(tx: Tx, now: number, max: number): Promise<number> {
  const due = await lockDueReviews(tx, now, max)
  if (due.length === 0) return 0
  const rulesOf = rulesOfMany(await ruleBooks(tx, [...new Set(due.map(({ communityId }) => communityId))]))
  const ruled = due.map((pact) => ({ ...pact, rules: rulesOf(pact).proposal }))
  const rows = await morningsOf(
    tx,
    due.map(({ residentId }) => residentId),
    Math.max(...ruled.map(({ rules }) => rules.historyDays)),
  )
  const mornings = grouped(rows, ({ residentId }) => residentId)
  const reviewed = ruled.map(({ id, residentId, hours, rules }) => {
    const proposal = proposeDeadline(mornings.get(residentId) ?? [], rules)
    const isUnfit =
      proposal !== null && Object.values(hours).some((hour) => hasShifted(hour, proposal, rules))
    return { id, reviewAt: now + rules.reviewEveryDays * dayMs, isUnfit }
  })
  await writeReviews(tx, reviewed, now)
  return due.length
}
