// The demo: its story, the testers' buttons, and deadlines that can be put near the present. Only in demo mode.
import type { RouteReply } from '#contract/routes.ts'
import type { Database, Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { localDate } from '#domain/occurrence.ts'
import { writeAudit } from './audit-store.ts'
import {
  clearDemoAir,
  deleteDemoConditions,
  deleteDemoMorning,
  deleteIncidents,
  deleteSignature,
  demoPacts,
  lockDemoIncidents,
  mayPlayWith,
  movePacts,
  type DemoPact,
} from './demo-store.ts'
import type { Asked, Handlers } from './handler.ts'
import type { DemoPort } from './ports.ts'
import { refused } from './refusals.ts'
import { mayDesk } from './scope.ts'

type DemoRoute = 'demo' | 'beginStory' | 'setAutoplay' | 'testerAct' | 'testerScenario' | 'demoDeadline'

export type DemoSettings = { db: Database; demo: DemoPort | undefined }

export function demoHandlers({ db, demo }: DemoSettings): Pick<Handlers, DemoRoute> {
  return {
    demo: async () => (demo ? demo.status() : noDemo),
    async beginStory({ body }) {
      if (!demo) return refused('not_found')
      await demo.begin({ autoplay: body.autoplay ?? true, again: body.again ?? false })
      return { ok: true }
    },
    async setAutoplay({ body }) {
      if (!demo) return refused('not_found')
      await demo.setAutoplay(body.autoplay)
      return { ok: true }
    },
    async testerAct({ body, personId }) {
      if (!demo || !(await mayPlayWith(db, personId, body.homeId))) return refused('not_found')
      await demo.act(body)
      return { ok: true }
    },
    async testerScenario({ body, personId }) {
      const { communityId, scenarios } = demo ? await demo.status() : noDemo
      const known = scenarios.some(({ name }) => name === body.name)
      if (!demo || communityId === undefined || !known) return refused('not_found')
      if (!(await mayDesk(db, personId, communityId))) return refused('not_found')
      await demo.scenario(body)
      return { ok: true }
    },
    async demoDeadline(asked) {
      const pacts = await demoPacts(db, { personId: asked.personId, residentIds: asked.body.residentIds })
      const [first] = pacts
      if (!first) return refused('not_found')
      // the day on the community's own calendar at this moment: also at 23:59, when the deadline itself is tomorrow
      const to = timesOf(asked, localDate(asked.now, first.zone))
      await db.transaction((tx) => moveMorning(tx, pacts, { asked, to }))
      return { on: to.on, dueAt: to.dueAt }
    },
  }
}

const noDemo: RouteReply<'demo'> = {
  demo: false,
  logins: [],
  residentLinks: [],
  scenarios: [],
  story: { state: 'waiting', chapter: 'waiting', autoplay: false, startedAt: null },
}

function timesOf({ body, now }: Asked<'demoDeadline'>, on: string) {
  const dueAt = now + body.dueInMs
  const remindAt = body.remindInMs === undefined ? null : Math.min(now + body.remindInMs, dueAt)
  return { on, opensAt: now, remindAt, dueAt }
}

type Move = { asked: Asked<'demoDeadline'>; to: ReturnType<typeof timesOf> }

/** As if this morning had not been: only rows of origin demo go, whatever is real in the same homes stays. */
async function moveMorning(tx: Tx, pacts: readonly DemoPact[], { asked, to }: Move): Promise<void> {
  const homeIds = unique(pacts.map(({ homeId }) => homeId))
  const incidents = await lockDemoIncidents(tx, homeIds)
  const pactIds = pacts.map(({ id }) => id)
  await movePacts(tx, pactIds, to)
  await deleteIncidents(
    tx,
    incidents.map(({ id }) => id),
  )
  await deleteDemoConditions(tx, homeIds)
  await clearDemoAir(tx, homeIds)
  const residentIds = pacts.map(({ residentId }) => residentId)
  await deleteDemoMorning(tx, residentIds, to.on)
  for (const communityId of unique(pacts.map((pact) => pact.communityId))) {
    await deleteSignature(tx, communityId, to.on)
    await writeAudit(tx, { now: asked.now, personId: asked.personId, what: 'demoDeadline', communityId })
    announce(tx, { communityId, kind: 'ledger', id: communityId })
  }
  for (const { communityId, homeId } of pacts) announce(tx, { communityId, kind: 'home', id: homeId })
  for (const { communityId, id } of incidents) announce(tx, { communityId, kind: 'incident', id })
}

const unique = (ids: readonly number[]): number[] => [...new Set(ids)]
