import type { Database, Tx } from '#db/database.ts'
import type { Verdict } from '#domain/verdict.ts'
import type { IncidentDispatch } from './dispatch-side.ts'

/** Delays in ms, from limits.ts. */
export type IncidentLimits = Record<
  'departDueMs' | 'arriveDueMs' | 'findingDueMs' | 'checkBackDueMs' | 'shelveMsMax' | 'outOfServiceMsMax',
  number
>

/** What the rules see of these devices now, whatever was said of them before. */
export type LookAgain = (tx: Tx, deviceIds: readonly number[], now: number) => Promise<Verdict[]>

/** What every act needs besides the act itself. */
export type IncidentParts = {
  db: Database
  dispatch: IncidentDispatch
  limits: IncidentLimits
  lookAgain: LookAgain
}
