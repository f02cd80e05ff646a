import type { Db } from '#db/database.ts'
import { localDate } from '#domain/occurrence.ts'
import { hasBegun } from './day-store.ts'

/** Before this hour a press still belongs to the night before (domain/occurrence.ts); in ms after midnight. */
const morningBeginsMs = 3 * 3_600_000

/**
 * The day whose morning the desk works on: today, or, in the small hours, yesterday, as long as nothing of today's
 * morning has begun. So a count that was opened before midnight does not vanish at midnight.
 */
export async function dayOf(
  db: Db,
  { communityId, zone, now }: { communityId: number; zone: string; now: number },
): Promise<string> {
  const today = localDate(now, zone)
  const before = localDate(now - morningBeginsMs, zone)
  if (before === today) return today
  return (await hasBegun(db, { communityId, on: today, now })) ? today : before
}
