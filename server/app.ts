// The composition root. Read it from top to bottom: device -> broker -> ingest -> rules -> incidents -> dispatch ->
// person, and back through the API. The only file that knows the order.
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import process from 'node:process'
import type { Logger } from 'pino'
import { topicOf } from '#contract/topics.ts'
import type { Clock } from '#clock/clock.ts'
import { createJobs } from '#clock/jobs.ts'
import type { Database } from '#db/database.ts'
import { shareOf } from '#db/share.ts'
import { createApi } from './api/create-api.ts'
import type { DemoPort } from './api/ports.ts'
import { mayWatch } from './api/scope.ts'
import { cookieForSlot, identify } from './api/session.ts'
import { createPageChannel } from './dispatch/channels/page.ts'
import { createWebhookChannel } from './dispatch/channels/webhook.ts'
import { createDispatch } from './dispatch/dispatch.ts'
import { openDeviceBroker } from './device-broker.ts'
import { createFreeSpace } from './free-space.ts'
import { createHealth } from './health.ts'
import { createHearing } from './hearing.ts'
import { createIncidents } from './incidents/incidents.ts'
import { createIngest } from './ingest/ingest.ts'
import { movedChannel, movedIn } from './ingest/moved.ts'
import { createWebSigns } from './ingest/web-signs.ts'
import { createTickRecord } from './job-store.ts'
import { joinServers } from './lease/join-servers.ts'
import { limits } from './limits.ts'
import { createRealtime, ringChannel } from './realtime/realtime.ts'
import { keptByDefault, type Kept } from './retention/kept.ts'
import { createTryRules } from './replay/try-rules.ts'
import { createRetention } from './retention/retain.ts'
import { rollUp } from './retention/roll-up.ts'
import { ruleBook, ruleHistory, writeRuleBook } from './rules/rule-book.ts'
import { createRules } from './rules/rules.ts'

export type AppOptions = {
  db: Database
  databaseUrl: string
  /** An external broker in place of our own. */
  mqttUrl?: string | undefined
  clock: Clock
  log: Logger
  demo: DemoPort | undefined
  secureCookies: boolean
  dashboardDir: string | undefined
  /** How long each kind of data is kept. */
  kept?: Kept
  /** Bytes left on the disk of the database; left out where that is another machine's. */
  freeBytes?: (() => Promise<number>) | undefined
}

export type App = Awaited<ReturnType<typeof createApp>>

export async function createApp({
  db,
  databaseUrl,
  mqttUrl,
  clock,
  log,
  demo,
  secureCookies,
  dashboardDir,
  kept = keptByDefault,
  freeBytes,
}: AppOptions) {
  const freeSpace = createFreeSpace({ freeBytes, limits, log })
  const unsaid = (error: unknown) => log.error({ error }, 'a word to the other servers was lost')
  const servers = await joinServers({ databaseUrl, label: `${hostname()} ${process.pid}`, log })
  const ringName = randomUUID()
  // Half of the connections: however many pages ask at once, dangers and those who are told find one free.
  const pagesDb = shareOf(db, Math.max(1, Math.floor((db.pool.options.max ?? 2) / 2)))
  // Each stage gets functions of the next one; late() closes the circles (a page confirms what dispatch sent).
  const dispatch = createDispatch({
    db,
    clock,
    log,
    limits,
    channels: {
      page: createPageChannel((personId, ring) => realtime.ring(personId, ring)),
      webhook: createWebhookChannel({ timeoutMs: limits.webhookTimeoutMs, log }),
    },
    rings: { channel: ringChannel, by: ringName, sound: (personId, ring) => realtime.sound(personId, ring) },
    serverId: servers.id,
    reach: () => broker.reach(),
    wake: () => void Promise.all([jobs.hurry('outbox'), jobs.hurry('commands')]),
    sendCommand: (serial, command) =>
      broker.publishTo(serial, topicOf(serial, 'cmd'), JSON.stringify(command), 1),
  })
  const incidents = createIncidents({
    db,
    dispatch,
    limits,
    lookAgain: (tx, deviceIds, now) => rules.lookAgain(tx, deviceIds, now),
  })
  const hearing = createHearing()
  const rules = createRules({
    db,
    clock,
    log,
    applyVerdicts: incidents.applyVerdicts,
    seenUntil: (now) => {
      const { accepted, pending, connections } = broker.stats()
      const reachedUntil = hearing.heardUntil({ now, heard: accepted + pending, connections })
      return Math.min(reachedUntil, broker.heardUntil(), broker.oldestPendingAt() ?? now)
    },
  })
  const writeRules: typeof writeRuleBook = (tx, book) => {
    tx.afterCommit(() => void jobs.hurry('deviceRules'))
    return writeRuleBook(tx, book)
  }
  const ingest = createIngest({
    db,
    clock,
    log,
    limits,
    judge: rules.judgeBatch,
    judgePlainly: rules.judgePlainly,
    isDiskFull: () => freeSpace.state() === 'full',
    acknowledge: (serial, id, storedAt) =>
      void broker.publishTo(serial, topicOf(serial, 'ack'), JSON.stringify({ id, storedAt }), 1),
  })
  const broker = await openDeviceBroker({ mqttUrl, ingest: () => ingest, servers, clock, log })
  const api = await createApi({
    db: pagesDb,
    clock,
    log,
    limits,
    config: { demo: demo !== undefined, secureCookies, dashboardDir },
    incidents: { ...incidents, canWake: dispatch.canWake },
    ingestWeb: createWebSigns({ db, ingest }),
    ruleBook: { read: ruleBook, history: ruleHistory, write: writeRules },
    tryRules: createTryRules({ db: pagesDb, kept }),
    demo,
    health: createHealth({
      db,
      clock,
      broker,
      servers,
      freeSpace,
      isDemo: demo !== undefined,
    }),
    onSignOut: (personId) => void servers.say('cp_signed_out', String(personId)).catch(unsaid),
  })
  const realtime = await createRealtime({
    ownName: ringName,
    httpServer: api.server,
    db,
    databaseUrl,
    clock,
    log,
    limits,
    identify: ({ cookie, slot }) => identify(pagesDb, cookieForSlot(cookie, slot), clock.now()),
    mayWatch: (personId, communityId) => mayWatch(pagesDb, personId, communityId),
    onConfirm: dispatch.confirm,
  })
  const look = together(rules.noticeOwnBlindness)
  const retention = createRetention(db, kept)
  const ticks = createTickRecord(db, log)
  const jobs = createJobs({
    clock,
    report: ticks.note,
    jobs: [
      { name: 'eyes', everyMs: 1000, run: look },
      { name: 'freeSpace', everyMs: 10_000, run: freeSpace.check },
      {
        name: 'deadlines',
        everyMs: 1000,
        run: async (now) => (await look(now), drained(rules.judgeDeadlines)(now)),
      },
      { name: 'secondDeadlines', everyMs: 1000, run: drained(rules.judgeSecondDeadlines) },
      { name: 'reminders', everyMs: 1000, run: drained(rules.remind) },
      { name: 'silentDevices', everyMs: 5000, run: drained(rules.judgeSilentDevices) },
      { name: 'airAgain', everyMs: 1000, run: drained(rules.judgeAgain) },
      { name: 'shelved', everyMs: 1000, run: incidents.endShelved },
      { name: 'batteries', everyMs: 3_600_000, run: drained(rules.judgeBatteries) },
      { name: 'pactReviews', everyMs: 3_600_000, run: drained(rules.reviewPacts) },
      { name: 'deviceRules', everyMs: 600_000, run: rules.applyDeviceRules },
      { name: 'absences', everyMs: 1000, run: drained(rules.judgeAbsences) },
      { name: 'dispatch', everyMs: 1000, run: dispatch.tick },
      { name: 'outbox', everyMs: 1000, run: dispatch.send },
      { name: 'commands', everyMs: 1000, run: dispatch.sendCommands },
      { name: 'rollups', everyMs: 60_000, run: (now) => rollUp(db, now) },
      { name: 'retention', everyMs: 3_600_000, run: retention.retain },
      { name: 'ticks', everyMs: 1000, run: ticks.write },
    ],
  })
  return {
    api,
    broker,
    incidents,
    rules,
    ingest,
    dispatch,
    jobs,
    async listen(to: { host: string; httpPort: number; mqttPort: number }): Promise<void> {
      await look(clock.now())
      await servers.hear({
        cp_command: () => void jobs.hurry('commands'),
        [movedChannel]: (moved) => movedIn(moved).forEach((to) => broker.yieldTo(to.serial, to.connection)),
        cp_signed_out: (personId) => realtime.dropPerson(Number(personId)),
      })
      await broker.listen({ host: to.host, port: to.mqttPort })
      await api.listen({ host: to.host, port: to.httpPort })
      jobs.start()
    },
    async close(): Promise<void> {
      await jobs.stop()
      await dispatch.settled()
      await broker.close()
      await ingest.close()
      // Without a database nothing can be said; whoever comes next finds the gap.
      await rules.close(clock.now()).catch((error: unknown) => log.warn({ error }, 'left without a word'))
      await realtime.close()
      await api.close()
      await servers.close()
    },
  }
}

/** Who asks while it is under way gets the same answer. */
function together(work: (now: number) => Promise<unknown>): (now: number) => Promise<void> {
  let under: Promise<void> | undefined
  const run = async (now: number): Promise<void> => {
    try {
      await work(now)
    } finally {
      under = undefined
    }
  }
  return (now) => (under ??= run(now))
}

/** A deadline that many share comes in slices: a tick takes them all. */
const drained =
  (work: (now: number) => Promise<{ more: boolean }>) =>
  async (now: number): Promise<void> => {
    while ((await work(now)).more);
  }
