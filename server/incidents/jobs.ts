// A steward's own jobs, with what is needed at the door.
import type { AssignmentState } from '#contract/acts.ts'
import type { Job } from '#contract/incident.ts'
import type { Db } from '#db/database.ts'
import { byKey, cards } from './cards.ts'
import { pairedWith, plansOf, residentsOf, type ResidentRow } from './cards-store.ts'

/** What still asks something of the person: who declined, or was relieved, has no job any more. */
const running: readonly AssignmentState[] = ['told', 'acknowledged', 'enRoute', 'onScene']

/** Open incidents of this person, worst first, danger before silence. @param now epoch ms */
export async function jobsOf(db: Db, personId: number, now: number): Promise<Job[]> {
  const own = (await cards(db, { personId, states: ['open'] }, now)).flatMap((incident) => {
    const assignment = incident.assignments.find((row) => row.personId === personId)
    return assignment && running.includes(assignment.state) ? [{ incident, assignment }] : []
  })
  if (own.length === 0) return []
  const homeIds = [...new Set(own.map(({ incident }) => incident.homeId))]
  const paired = byKey(await pairedWith(db, homeIds), ({ homeId }) => homeId)
  const residents = byKey(await residentsOf(db, homeIds), ({ homeId }) => homeId)
  const plans = new Map((await plansOf(db, homeIds)).map(({ homeId, plan }) => [homeId, plan]))
  return own.map(({ incident, assignment }) => {
    // Family is asked one thing; what a responder needs at the door is not for them.
    if (assignment.role === 'family')
      return { incident, assignment, paired: [], homePlan: planOf({}), facts: [] }
    return asResponder({ incident, assignment })
  })

  function asResponder({ incident, assignment }: Pick<Job, 'incident' | 'assignment'>): Job {
    return {
      incident,
      assignment,
      paired: (paired.get(incident.homeId) ?? []).map(({ homeId: _home, ...person }) => person),
      homePlan: planOf(plans.get(incident.homeId) ?? {}),
      facts: factsOf(residents.get(incident.homeId) ?? []),
    }
  }
}

function planOf(plan: Record<string, unknown>): Job['homePlan'] {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
  return {
    outsideValve: text(plan['outsideValve']),
    access: text(plan['access']),
    fuel: text(plan['fuel']),
    authorityToEnter: plan['authorityToEnter'] === true,
  }
}

/** What a responder must know of the people inside; with the name where several live there. */
function factsOf(residents: readonly ResidentRow[]): string[] {
  return residents.flatMap(({ greeting, file }) => {
    const facts = Array.isArray(file['facts']) ? file['facts'].filter((fact) => typeof fact === 'string') : []
    return residents.length > 1 ? facts.map((fact) => `${greeting}：${fact}`) : facts
  })
}
