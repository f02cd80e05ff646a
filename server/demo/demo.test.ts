import { expect, test } from 'vitest'
import type { DemoOrder } from '#contract/demo.ts'
import { createDemo } from './demo.ts'

const world = { communityId: 1, zone: 'Asia/Shanghai', logins: [], residents: [], devices: [] }

function simulated() {
  const sent: DemoOrder[] = []
  const problems: string[] = []
  let say: (report: unknown) => void = () => {}
  const simulator = {
    send: (order: DemoOrder) => void sent.push(order),
    onReport: (listener: (report: unknown) => void) => void (say = listener),
  }
  const onProblem = (text: string) => void problems.push(text)
  const demo = createDemo({ world, simulator, mqttUrl: 'mqtt://127.0.0.1:1883', onProblem })
  return { demo, sent, problems, say: (report: unknown) => say(report) }
}

test('a story begun while the simulators still start is told once they are ready, and not lost', () => {
  const { demo, sent, say } = simulated()
  demo.begin({ autoplay: true, again: false })
  expect(sent).toEqual([])
  say({ report: 'ready' })
  expect(sent).toEqual([{ order: 'begin', autoplay: true, again: false }])
})

test('a story that runs is begun anew only when somebody asks for it', () => {
  const { demo, sent, say } = simulated()
  say({ report: 'ready' })
  say({ report: 'story', story: { state: 'running', chapter: 'greetings', autoplay: true, startedAt: 1 } })
  demo.begin({ autoplay: true, again: false })
  expect(sent).toEqual([])
  demo.begin({ autoplay: false, again: true })
  expect(sent).toEqual([{ order: 'begin', autoplay: false, again: true }])
  expect(demo.status().story.chapter).toBe('greetings')
})

test('a report that cannot be read is a problem, and changes nothing', () => {
  const { demo, problems, say } = simulated()
  say({ report: 'story', story: 'all is well' })
  expect(problems).toHaveLength(1)
  expect(demo.status().story.state).toBe('waiting')
})
