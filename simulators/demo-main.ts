// The demo's own process: simulated devices over MQTT and simulated people over HTTP, told by the server over IPC
// only when to begin. It ends when the server does.
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Value } from 'typebox/value'
import { DemoOrder, type DemoReport, type StoryState } from '#contract/demo.ts'
import { liveEveryday } from './everyday.ts'
import { createFleet } from './fleet.ts'
import { createRandom } from './models/random.ts'
import { createTester } from './tester.ts'
import { createStory } from './story/story.ts'
import { readWorld } from './world.ts'

const { values } = parseArgs({
  options: { url: { type: 'string' }, http: { type: 'string' }, world: { type: 'string' } },
})
const report = (message: DemoReport): void => {
  if (process.connected) process.send?.(message)
}
const problem = (error: unknown): void =>
  report({ report: 'problem', text: error instanceof Error ? error.message : String(error) })

const world = readWorld(values.world ?? '')
const random = createRandom(8)
const fleet = createFleet({ url: values.url ?? '', world, random })
const story = createStory({
  world,
  fleet,
  random,
  baseUrl: values.http ?? '',
  wait: (ms) => wait(ms),
  onState: (state: StoryState) => report({ report: 'story', story: state }),
  onProblem: problem,
})
const tester = createTester({ world, fleet, random, story, wait: (ms) => wait(ms) })

process.on('message', (message) => {
  if (!Value.Check(DemoOrder, message)) return
  void obey(message).catch(problem)
})
process.on('disconnect', () => process.exit(0))
// The server may have gone while this was loading.
if (!process.connected) process.exit(0)
// Ctrl-C reaches the whole group: the server says when this process ends.
process.on('SIGINT', () => {})

async function obey(order: DemoOrder): Promise<void> {
  switch (order.order) {
    case 'begin':
      return story.begin(order)
    case 'autoplay':
      return story.setAutoplay(order.autoplay)
    case 'act':
      return tester.act(order)
    case 'scenario':
      return tester.scenario(order)
  }
}

report({ report: 'ready' })
await fleet.start()
await fleet.deliverBacklog(Date.now())
liveEveryday({
  world,
  now: Date.now,
  isQuiet: () => !story.isRunning(),
  greet: ({ homeId, id }) => void fleet.sign(homeId, id)?.say('checkin', {}).catch(problem),
})
