// Who may see and do what: the only place. Whatever lies outside of one's grants is "not found", so that nobody
// learns from a refusal that it exists.
import type { Role } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import {
  communityOfAbsence,
  communityOfCommunity,
  communityOfCondition,
  communityOfDevice,
  communityOfHome,
  communityOfIncident,
  communityOfResident,
  hasAssignment,
  hasGrant,
  hasRoleAnywhere,
  incidentOfCall,
} from './scope-store.ts'

const watching: readonly Role[] = ['admin', 'supervisor', 'desk']
const atTheDesk: readonly Role[] = ['admin', 'desk']

/** A responder still reads a job, to finish the note, for a day after it was closed; then it is none of theirs. */
const jobKeptMs = 24 * 3_600_000

export const mayWatch = (db: Db, personId: number, communityId: number): Promise<boolean> =>
  hasGrant(db, { personId, areaId: communityId, roles: watching })

export const mayDesk = (db: Db, personId: number, communityId: number): Promise<boolean> =>
  hasGrant(db, { personId, areaId: communityId, roles: atTheDesk })

export const isAdmin = (db: Db, personId: number): Promise<boolean> => hasRoleAnywhere(db, personId, 'admin')

type OnIncident = { personId: number; incidentId: number; now: number }

/** A responder on the incident, or at the desk of its community. */
export const mayJob = (db: Db, on: OnIncident): Promise<boolean> => isOn(db, { ...on, as: 'responder' })

/** Also whoever was only asked about her: they answer, and see nothing of the card. */
export const mayAnswer = (db: Db, on: OnIncident): Promise<boolean> => isOn(db, { ...on, as: 'anybody' })

async function isOn(
  db: Db,
  { personId, incidentId, now, as }: OnIncident & { as: 'responder' | 'anybody' },
): Promise<boolean> {
  if (await hasAssignment(db, { personId, incidentId, as, closedAfter: now - jobKeptMs })) return true
  const communityId = await communityOfIncident(db, incidentId)
  return communityId !== undefined && (await mayDesk(db, personId, communityId))
}

/** What the `:id` of a path names, by the path's beginning. */
const subjects = {
  '/api/communities/:id': communityOfCommunity,
  '/api/homes/:id': communityOfHome,
  '/api/residents/:id': communityOfResident,
  '/api/absences/:id': communityOfAbsence,
  '/api/incidents/:id': communityOfIncident,
  '/api/conditions/:id': communityOfCondition,
  '/api/devices/:id': communityOfDevice,
} as const satisfies Record<string, (db: Db, id: number) => Promise<number | undefined>>

const jobs = {
  '/api/incidents/:id': (_: Db, id: number) => Promise.resolve<number | undefined>(id),
  '/api/emergency-calls/:id': incidentOfCall,
} as const satisfies Record<string, (db: Db, id: number) => Promise<number | undefined>>

export type Scope = (db: Db, call: { personId: number; id: number; now: number }) => Promise<boolean>

/**
 * The question to ask before a route of this audience and path is served.
 * @throws where the path names nothing that is known here: a new route cannot be forgotten, the server will not start
 */
export function scopeOf(who: 'watch' | 'desk' | 'job' | 'asked', path: string): Scope {
  if (who === 'job' || who === 'asked') {
    const incidentOf = named(jobs, path)
    const may = who === 'job' ? mayJob : mayAnswer
    return async (db, { personId, id, now }) => {
      const incidentId = await incidentOf(db, id)
      return incidentId !== undefined && may(db, { personId, incidentId, now })
    }
  }
  const communityOf = named(subjects, path)
  const may = who === 'watch' ? mayWatch : mayDesk
  return async (db, { personId, id }) => {
    const communityId = await communityOf(db, id)
    return communityId !== undefined && may(db, personId, communityId)
  }
}

function named<T>(table: Record<string, T>, path: string): T {
  const start = Object.keys(table).find((key) => path === key || path.startsWith(`${key}/`))
  const found = start === undefined ? undefined : table[start]
  if (!found) throw new Error(`scope.ts does not know whose ${path} is`)
  return found
}
