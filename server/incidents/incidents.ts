// What humans must deal with, until a human says what was found. app.ts joins it with rules, dispatch and the API.
import type { Db, Tx } from '#db/database.ts'
import type { Verdict } from '#domain/verdict.ts'
import type { Act } from './acting.ts'
import { applyVerdicts } from './apply-verdicts.ts'
import { cards } from './cards.ts'
import type { CardFilter } from './cards-store.ts'
import { checkBack, close, type Closing } from './close.ts'
import { assign, dialled, logCall, note, type Dialled, type LoggedCall } from './desk-acts.ts'
import { groupCards } from './group-cards.ts'
import { jobsOf } from './jobs.ts'
import { putBack, endShelved, type PuttingBack } from './put-back.ts'
import { shelve, takeOut, type Shelving, type TakingOut } from './set-aside.ts'
import { takeGroup } from './take-group.ts'
import { warningsOf } from './warnings.ts'
import { noteProxy, type ProxyCheckIn } from './note-proxy.ts'
import type { IncidentParts } from './parts.ts'
import { readTimeline } from './read-timeline.ts'
import { replyToAsk, type Reply } from './reply.ts'
import { acknowledgeFor, respond, type Response } from './respond.ts'

export type Incidents = ReturnType<typeof createIncidents>

/** Every act is one transaction with its own `now` (epoch ms); what it refuses has written nothing. */
export function createIncidents(parts: IncidentParts) {
  const { db, dispatch } = parts
  return {
    /** In the transaction that stored what was judged: a danger is never known without somebody being told. */
    applyVerdicts: (tx: Tx, verdicts: readonly Verdict[], now: number): Promise<void> =>
      applyVerdicts(tx, verdicts, { now, dispatch }),

    respond: (act: Act & Response) => respond(parts, act),
    replyToAsk: (act: Act & Reply) => replyToAsk(parts, act),
    acknowledgeFor: (act: Act & { personId: number }) => acknowledgeFor(parts, act),
    assign: (act: Act & { personId: number }) => assign(parts, act),
    note: (act: Act & { text: string }) => note(parts, act),
    logCall: (act: LoggedCall) => logCall(parts, act),
    dialled: (act: Dialled) => dialled(parts, act),
    close: (act: Closing) => close(parts, act),
    takeGroup: (act: Act) => takeGroup(parts, act),
    checkBack: (act: Act & { note?: string | undefined }) => checkBack(parts, act),
    shelve: (act: Shelving) => shelve(parts, act),
    takeOut: (act: TakingOut) => takeOut(parts, act),
    putBack: (act: PuttingBack) => putBack(parts, act),
    /** What was shelved and is over time is shown again, as it stands then. */
    endShelved: (now: number): Promise<void> => endShelved(parts, now),
    noteProxy: (tx: Tx, proxy: ProxyCheckIn) => noteProxy(tx, proxy, dispatch),

    cards: (asked: Db, filter: CardFilter, now: number) => cards(asked, filter, now),
    groups: (asked: Db, which: { communityId?: number; groupIds?: readonly number[] }) =>
      groupCards(asked, which),
    timeline: (incidentId: number) => readTimeline(db, incidentId),
    jobsOf: (personId: number, now: number) => jobsOf(db, personId, now),
    warningsOf: (personId: number) => warningsOf(db, personId),
  }
}
