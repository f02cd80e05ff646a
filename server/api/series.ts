// The curve of one kind of reading in one home.
import { readingUnits } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { flagBits } from '#domain/stored.ts'
import type { Handlers } from './handler.ts'
import { refused } from './refusals.ts'
import { readingsOf } from './series-store.ts'

/** What a desk looks at first: the last day. */
const spanMsByDefault = 24 * 3_600_000

/** A muted detector still measures; all other flags say that the value may not be what is in the air. */
const doubtful = Object.values(flagBits).reduce((all, bit) => all | bit, 0) & ~flagBits.muted

export type SeriesSettings = { db: Db; limits: { seriesPointsMax: number } }

export function seriesHandlers({ db, limits }: SeriesSettings): Pick<Handlers, 'series'> {
  return {
    async series({ params, query, now }) {
      const { kind } = query
      // the newest reading may carry this very millisecond
      const to = query.to ?? now + 1
      const from = query.from ?? to - spanMsByDefault
      if (from >= to) return refused('bad_request', noSpan)
      const question = { homeId: params.id, kind, from, to, pointsMax: limits.seriesPointsMax }
      const points = await readingsOf(db, question)
      return {
        kind,
        unit: readingUnits[kind],
        at: points.map((point) => point.at),
        value: points.map((point) => point.value),
        flagged: points.map((point) => (point.flags & doubtful) !== 0),
      }
    },
  }
}

const noSpan = { zh: '开始时间须早于结束时间。', en: 'The beginning has to be before the end.' }
