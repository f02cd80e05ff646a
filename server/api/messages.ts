// What devices said, as they said it, and what could not be accepted: for staff and testers.
import type { Db } from '#db/database.ts'
import type { Handlers } from './handler.ts'
import { latestMessages, refusedMessages } from './messages-store.ts'

/** Enough to recognise a body; a device may send 64 kB. */
const bodyCharsMax = 2000

export type MessageSettings = { db: Db; limits: { messagesShownMax: number } }

export function messageHandlers({ db, limits }: MessageSettings): Pick<Handlers, 'refused' | 'messages'> {
  const max = limits.messagesShownMax
  return {
    async refused({ params }) {
      const rows = await refusedMessages(db, params.id, max)
      return rows.map((row) => ({ ...row, body: row.body && textOf(row.body) }))
    },
    async messages({ params, query }) {
      const rows = await latestMessages(db, { communityId: params.id, after: query.after ?? 0, max })
      return rows.map((row) => ({ ...row, body: row.body ? textOf(row.body) : '' }))
    },
  }
}

/** What is no UTF-8 shows as �. */
function textOf(body: Buffer): string {
  const text = body.subarray(0, bodyCharsMax * 4).toString('utf8')
  return text.length <= bodyCharsMax ? text : `${text.slice(0, bodyCharsMax)}…`
}
