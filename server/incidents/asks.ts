// What neighbour and family see who are asked about somebody (safety 7): a question, and nothing of the home's file.
import { Type } from 'typebox'
import type { AssignmentState } from '#contract/acts.ts'
import type { Ask, AskAbout } from '#contract/ask.ts'
import type { Assignment, AssignmentRole, Evidence, IncidentCard } from '#contract/incident.ts'
import { Id, orNull, type IncidentKind } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

export type Own = { incident: IncidentCard; assignment: Assignment }

/**
 * Family is sent nowhere, and a neighbour is asked about a silence; in a danger the neighbour is a responder as any
 * other, who must know what is behind the door (safety 1, 13).
 */
export const isOnlyAsked = ({ incident, assignment }: Own): boolean =>
  onlyAsked(assignment.role, incident.kind)

const onlyAsked = (role: AssignmentRole, kind: IncidentKind): boolean =>
  role === 'family' || (role === 'neighbour' && kind === 'missed')

export async function asksOf(db: Db, own: readonly Own[]): Promise<Ask[]> {
  if (own.length === 0) return []
  const byVisit = await reachedByVisit(
    db,
    own.map(({ incident }) => incident.id),
  )
  const titles = await titlesOf(
    db,
    own.flatMap(({ incident }) => incident.assignments.map(({ personId }) => personId)),
  )
  return own.map((one) => askOf(one, { byVisit, titles }))
}

type Known = { byVisit: ReadonlySet<number>; titles: ReadonlyMap<number, string | null> }

function askOf({ incident, assignment }: Own, { byVisit, titles }: Known): Ask {
  const isNeighbour = assignment.role === 'neighbour'
  return {
    incidentId: incident.id,
    communityId: incident.communityId,
    who: whoOf(incident),
    homeLabel: incident.homeLabel,
    about: aboutOf(incident.evidence),
    origin: incident.origin,
    role: isNeighbour ? 'neighbour' : 'family',
    state: assignment.state,
    askedAt: assignment.toldAt,
    byVisit: byVisit.has(incident.id),
    air: isNeighbour ? incident.air : null,
    going: incident.assignments
      .filter((other) => other.personId !== assignment.personId && moving.includes(other.state))
      .map((other) => ({
        name: other.personName,
        title: titles.get(other.personId) ?? null,
        atDoor: other.state === 'onScene',
      })),
    answeredAt: incident.evidence.lateCheckInAt ?? null,
  }
}

const moving: readonly AssignmentState[] = ['enRoute', 'onScene']

/** Two people may live there: then only the silent one is asked about. */
function whoOf({ residents, residentId, homeLabel }: IncidentCard): string {
  const silent = residents.filter(({ id }) => residentId === null || id === residentId)
  return silent.map(({ greeting }) => greeting).join('、') || homeLabel
}

function aboutOf({ silence, task }: Evidence): AskAbout {
  if (silence === 'blind') return 'blind'
  return task === 'departure' || task === 'longSilence' ? task : 'missed'
}

/** Those of these incidents whose silent one hears no telephone. */
async function reachedByVisit(db: Db, incidentIds: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await db.many(
    Type.Object({ id: Id }),
    sql`
      select i.id
      from incident i
      join resident r on r.id = i.resident_id
      where i.id = any(${incidentIds}::bigint[])
        and (r.deaf or r.contact_mode in ('light', 'vibration', 'visit'))`,
  )
  return new Set(rows.map(({ id }) => id))
}

async function titlesOf(db: Db, personIds: readonly number[]): Promise<ReadonlyMap<number, string | null>> {
  const rows = await db.many(
    Type.Object({ id: Id, title: orNull(Type.String()) }),
    sql`
      select id, title
      from person
      where id = any(${personIds}::bigint[])`,
  )
  return new Map(rows.map(({ id, title }) => [id, title]))
}
