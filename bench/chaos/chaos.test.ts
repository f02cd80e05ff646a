import { fileURLToPath } from 'node:url'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { undoAll } from '../harness/undo.ts'
import { runChaos, type ChaosOptions, type ChaosReport } from './run.ts'

afterAll(undoAll)

const said: string[] = []
const short: ChaosOptions = {
  seed: 20_260,
  chaosMs: 8000,
  homes: 60,
  servers: 2,
  settleMsMax: 0,
  say: (line) => void said.push(line),
}
const planted = (name: string) => fileURLToPath(new URL(`planted/${name}.ts`, import.meta.url))
/** The one server is killed once, in the middle of everything, also where a slow machine begins seconds late. */
const killedOnce: Partial<ChaosOptions> = {
  servers: 1,
  homes: 100,
  drainMsMax: 3000,
  pages: 0,
  chaosMs: 6000,
  quietMs: [3300, 3500],
  only: ({ what, target }) => what === 'killed' && target !== 'postgres',
}
const proofOf = ({
  acknowledgedAndLost,
  hazardsUntold,
  incidentsDoubled,
  missedNotFound,
  falseMissed,
}: ChaosReport) => ({ acknowledgedAndLost, hazardsUntold, incidentsDoubled, missedNotFound, falseMissed })

test('two servers, their database and their lines break: nothing acknowledged is lost, nobody is forgotten', async () => {
  onTestFinished(undoAll)
  const report = await runChaos(short)
  expect({ ...proofOf(report), ended: report.serversEndedByThemselves, said }).toMatchObject({
    acknowledgedAndLost: 0,
    hazardsUntold: 0,
    incidentsDoubled: 0,
    missedNotFound: 0,
    falseMissed: 0,
    ended: 0,
  })
  expect(report.faultsInjected).toBeGreaterThan(0)
  expect(report.messagesAcknowledged).toBeGreaterThan(60)
}, 180_000)

// These two beside each other: each has a database, a server and devices of its own, and waits most of the time.
test.concurrent('a server that acknowledges before it commits is found out', async () => {
  const entry = planted('acknowledges-before-commit')
  const report = await runChaos({ ...short, ...killedOnce, entry })
  expect(report.faultsInjected).toBe(1)
  expect(report.acknowledgedAndLost).toBeGreaterThan(0)
}, 180_000)

test.concurrent('a server that marks a telling as sent before it sends it is found out', async () => {
  const entry = planted('marks-sent-before-sending')
  const report = await runChaos({ ...short, ...killedOnce, entry })
  expect(report.faultsInjected).toBe(1)
  expect(report.hazardsUntold).toBeGreaterThan(0)
}, 180_000)
