import type { Database } from '#db/database.ts'
import type { IncidentDispatch } from './dispatch-side.ts'

/** Delays in ms, from limits.ts. */
export type IncidentLimits = Record<'departDueMs' | 'arriveDueMs' | 'findingDueMs' | 'checkBackDueMs', number>

/** What every act needs besides the act itself. */
export type IncidentParts = { db: Database; dispatch: IncidentDispatch; limits: IncidentLimits }
