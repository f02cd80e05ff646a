// A steward's own jobs, with what is needed at the door.
import type { AssignmentState } from '#contract/acts.ts'
import type { Ask } from '#contract/ask.ts'
import type { Job } from '#contract/incident.ts'
import { isHazard } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { asksOf, isOnlyAsked, type Own } from './asks.ts'
import { byKey, cards } from './cards.ts'
import { pairedWith, plansOf, residentsOf, type ResidentRow } from './cards-store.ts'

/** What still asks something of the person: who declined, or was relieved, has no job any more. */
const running: readonly AssignmentState[] = ['told', 'acknowledged', 'enRoute', 'onScene']

/** Open incidents of this person, worst first, danger before silence. @param now epoch ms */
export async function jobsOf(db: Db, personId: number, now: number): Promise<{ jobs: Job[]; asks: Ask[] }> {
  const own = (await cards(db, { personId, states: ['open'] }, now)).flatMap((incident) => {
    const assignment = incident.assignments.find((row) => row.personId === personId)
    return assignment && running.includes(assignment.state) ? [{ incident, assignment }] : []
  })
  if (own.length === 0) return { jobs: [], asks: [] }
  const homeIds = [...new Set(own.map(({ incident }) => incident.homeId))]
  const paired = byKey(await pairedWith(db, homeIds), ({ homeId }) => homeId)
  const residents = byKey(await residentsOf(db, homeIds), ({ homeId }) => homeId)
  const plans = new Map((await plansOf(db, homeIds)).map(({ homeId, plan }) => [homeId, plan]))
  const jobs = own.filter((one) => !isOnlyAsked(one)).map(asResponder)
  const inDanger = new Set(jobs.filter(({ incident }) => isHazard(incident.kind)).map(homeOf))
  // Safety 12: where I am called to a danger, the question about the same home is answered at the door.
  const asked = own.filter((one) => isOnlyAsked(one) && !inDanger.has(homeOf(one)))
  return { jobs, asks: await asksOf(db, asked) }

  function asResponder({ incident, assignment }: Own): Job {
    return {
      incident,
      assignment,
      paired: (paired.get(incident.homeId) ?? []).map(({ homeId: _home, ...person }) => person),
      homePlan: planOf(plans.get(incident.homeId) ?? {}),
      facts: factsOf(residents.get(incident.homeId) ?? []),
    }
  }
}

const homeOf = ({ incident }: Own): number => incident.homeId

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
