// Reading and acting on incidents. What may be done when is decided in the incidents stage, inside its transaction.
import type { GroupCard } from '#contract/group.ts'
import type { IncidentCard } from '#contract/incident.ts'
import type { RouteName } from '#contract/routes.ts'
import type { Db } from '#db/database.ts'
import type { Handlers } from './handler.ts'
import type { ActResult, IncidentActs, IncidentViews } from './ports.ts'
import { refused, type Refused } from './refusals.ts'
import { incidentOfCall } from './scope-store.ts'

type IncidentRoute = Extract<
  RouteName,
  | 'incident'
  | 'timeline'
  | 'respond'
  | 'acknowledgeFor'
  | 'assign'
  | 'note'
  | 'logCall'
  | 'dialled'
  | 'close'
  | 'checkBack'
  | 'group'
  | 'takeGroup'
  | 'jobs'
  | 'replyToAsk'
>

export type IncidentSettings = { db: Db; incidents: IncidentActs & IncidentViews }

export function incidentHandlers({ db, incidents }: IncidentSettings): Pick<Handlers, IncidentRoute> {
  const card = async (incidentId: number, now: number): Promise<IncidentCard | Refused> => {
    const states = ['open', 'handled', 'closed'] as const
    const [found] = await incidents.cards(db, { incidentIds: [incidentId], states }, now)
    return found ?? refused('not_found')
  }
  const group = async (groupId: number): Promise<GroupCard | Refused> => {
    const [found] = await incidents.groups(db, { groupIds: [groupId] })
    return found ?? refused('not_found')
  }
  /** The card as it is after the act, or why the act was not possible. */
  const after = async (result: ActResult, incidentId: number, now: number) =>
    result.ok ? card(incidentId, now) : refused(result.code, result.by ? { by: result.by } : {})

  return {
    incident: ({ params, now }) => card(params.id, now),
    group: ({ params }) => group(params.id),
    async takeGroup({ params, personId, now }) {
      const result = await incidents.takeGroup({ incidentId: params.id, byId: personId, now })
      return result.ok ? group(params.id) : refused(result.code, result.by ? { by: result.by } : {})
    },
    timeline: ({ params }) => incidents.timeline(params.id),
    jobs: async ({ personId, now }) => ({
      asOf: now,
      ...(await incidents.jobsOf(personId, now)),
      warnings: await incidents.warningsOf(personId),
    }),

    async respond({ params, body, personId, now }) {
      if (body.act === 'find' && body.finding === undefined) return refused('bad_request', noFinding)
      const result = await incidents.respond({ incidentId: params.id, byId: personId, ...body, now })
      return after(result, params.id, now)
    },
    async replyToAsk({ params, body, personId, now }) {
      if (body.reply === 'word' && !body.text?.trim()) return refused('bad_request', noWord)
      const result = await incidents.replyToAsk({ incidentId: params.id, byId: personId, ...body, now })
      return result.ok ? { ok: true } : refused(result.code, result.by ? { by: result.by } : {})
    },
    async acknowledgeFor({ params, body, personId, now }) {
      const act = { incidentId: params.id, byId: personId, personId: body.personId, now }
      return after(await incidents.acknowledgeFor(act), params.id, now)
    },
    async assign({ params, body, personId, now }) {
      const act = { incidentId: params.id, byId: personId, personId: body.personId, now }
      return after(await incidents.assign(act), params.id, now)
    },
    async note({ params, body, personId, now }) {
      const result = await incidents.note({ incidentId: params.id, byId: personId, text: body.text, now })
      return after(result, params.id, now)
    },
    async logCall({ params, body, personId, now }) {
      const result = await incidents.logCall({ incidentId: params.id, byId: personId, ...body, now })
      return after(result, params.id, now)
    },
    async dialled({ params, body, personId, now }) {
      const incidentId = await incidentOfCall(db, params.id)
      if (incidentId === undefined) return refused('not_found')
      const result = await incidents.dialled({ callId: params.id, byId: personId, answer: body.answer, now })
      return after(result, incidentId, now)
    },
    async close({ params, body, personId, now }) {
      const result = await incidents.close({ incidentId: params.id, byId: personId, ...body, now })
      return after(result, params.id, now)
    },
    async checkBack({ params, body, personId, now }) {
      const result = await incidents.checkBack({ incidentId: params.id, byId: personId, ...body, now })
      return after(result, params.id, now)
    },
  }
}

const noWord = {
  zh: '请写下您想告诉值班台的话。',
  en: 'Please write what the desk should know.',
}

const noFinding = {
  zh: '请说明门口的情况：有人应门、无人应门、已进入，或等待119。',
  en: 'Please say what was found at the door: answered, no answer, entered, or waiting for 119.',
}
