// What is older than it is kept goes, in slices. A reading goes only when its hour has been rolled up.
import type { Database } from '#db/database.ts'
import { sql, type Sql } from '#db/sql.ts'
import { limits } from '../limits.ts'
import { keptFromAt, type Kept, type Kind } from './kept.ts'
import * as store from './retain-store.ts'

export type Retention = {
  /** Removes what its kind no longer keeps at `now` (epoch ms); once a day, since all are kept in days. */
  retain(now: number): Promise<void>
}

export function createRetention(db: Database, kept: Kept): Retention {
  let doneOn: number | undefined
  return {
    async retain(now) {
      const today = keptFromAt(0, now)
      if (doneOn === today) return
      await retainAll(db, kept, now)
      doneOn = today
    },
  }
}

async function retainAll(db: Database, kept: Kept, now: number): Promise<void> {
  const unrolledFrom = await store.unrolledFrom(db)
  const rolledUntil = unrolledFrom === null ? now : keptFromAt(0, unrolledFrom)
  const before = (kind: Kind) => keptFromAt(kept[kind], now)
  const inChunks = await store.hypertables(db)
  for (const series of allSeries) {
    const until = Math.min(before(series.kind), rolledUntil)
    if (inChunks.has(series.name)) await store.dropChunks(db, series.name, until)
    else await dropSeries(db, series, until)
  }
  for (const aged of allAged)
    await drained((max) => store.deleteAged(db, { ...aged, before: before(aged.kind), max }))
  const { retentionIncidentsMax } = limits
  await drained(
    (max) => db.transaction((tx) => store.deleteIncidents(tx, { before: before('incidents'), max })),
    retentionIncidentsMax,
  )
}

/** Owner by owner, the way the index goes: nothing looks through a table of months for its oldest rows. */
async function dropSeries(db: Database, series: store.Series, before: number): Promise<void> {
  const { retentionOwnersMax: max } = limits
  for (let after = 0; ;) {
    const ids = await store.idsAfter(db, series.owners, { after, max })
    if (ids.length === 0) return
    await drained((rowsMax) => store.deleteSeries(db, series, { ids, before, max: rowsMax }))
    after = ids.at(-1) ?? after
  }
}

async function drained(
  work: (max: number) => Promise<number>,
  max: number = limits.retentionSliceMax,
): Promise<void> {
  while ((await work(max)) > 0);
}

const allSeries: (store.Series & { kind: Kind })[] = [
  {
    name: 'reading',
    table: sql`reading`,
    owner: sql`device_id`,
    owners: sql`device`,
    kind: 'readings',
  },
  {
    name: 'reading_minute',
    table: sql`reading_minute`,
    owner: sql`home_id`,
    owners: sql`home`,
    kind: 'readingMinutes',
  },
  {
    name: 'reading_hour',
    table: sql`reading_hour`,
    owner: sql`home_id`,
    owners: sql`home`,
    kind: 'readingHours',
  },
]

const aged = (kind: Kind, table: Sql, time: Sql): store.Aged & { kind: Kind } => ({
  kind,
  table,
  time,
  by: 'time',
})
/** Large, and numbered in the order of arrival: its oldest rows are its first. */
const numbered = (kind: Kind, table: Sql, time: Sql) => ({ ...aged(kind, table, time), by: 'id' as const })

const allAged = [
  aged('messages', sql`message`, sql`received_at`),
  aged('refused', sql`refused_message`, sql`received_at`),
  aged('events', sql`event_log`, sql`at`),
  aged('messages', sql`device_command`, sql`case when incident_id is null then created_at end`),
  numbered('signs', sql`sign`, sql`received_at`),
  numbered('checkIns', sql`check_in`, sql`received_at`),
  aged('checkIns', sql`absence`, sql`until_on`),
  aged('checkIns', sql`ledger_signature`, sql`"on"`),
  aged('checkIns', sql`blind_interval`, sql`judge_after`),
  aged('incidents', sql`condition`, sql`case when state = 'normal' and incident_id is null then last_at end`),
  numbered('audit', sql`audit`, sql`at`),
]
