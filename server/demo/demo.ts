// The demo as the API sees it: orders go to the simulator process, its reports come back. Nothing here makes a sign:
// devices speak over MQTT and people act over HTTP, as outside clients.
import { Value } from 'typebox/value'
import { DemoReport, scenarioNames, type DemoOrder, type DemoWorld, type StoryState } from '#contract/demo.ts'

export type Simulator = {
  send(order: DemoOrder): void
  onReport(listener: (report: unknown) => void): void
}

export type DemoOptions = {
  world: DemoWorld
  simulator: Simulator
  mqttUrl: string
  onProblem: (text: string) => void
}

export function createDemo({ world, simulator, mqttUrl, onProblem }: DemoOptions) {
  let story: StoryState = { state: 'waiting', chapter: 'waiting', autoplay: true, startedAt: null }
  // A simulator that still starts hears nothing: what it is told meanwhile waits for its first word.
  let waiting: DemoOrder[] | undefined = []
  const send = (order: DemoOrder): void => {
    if (waiting) waiting.push(order)
    else simulator.send(order)
  }
  simulator.onReport((report) => {
    if (!Value.Check(DemoReport, report)) return onProblem('the simulator sent a report that cannot be read')
    if (report.report === 'ready') {
      const held = waiting ?? []
      waiting = undefined
      held.forEach(send)
    }
    if (report.report === 'story') story = report.story
    if (report.report === 'problem') onProblem(report.text)
  })
  return {
    status: () => ({
      demo: true,
      communityId: world.communityId,
      mqtt: mqttUrl,
      logins: world.logins.map(({ login, password, name, title }) => ({ login, password, name, title })),
      residentLinks: world.residents.map(({ greeting, label, href }) => ({ name: greeting, label, href })),
      scenarios: [...scenarioNames],
      story,
    }),
    begin: (how: { autoplay: boolean; again: boolean }) => {
      if (story.state === 'running' && !how.again) return
      send({ order: 'begin', ...how })
    },
    setAutoplay: (autoplay: boolean) => send({ order: 'autoplay', autoplay }),
    act: ({ homeId, residentId, act }: { homeId: number; residentId?: number } & Pick<ActOrder, 'act'>) =>
      send({ order: 'act', homeId, residentId: residentId ?? null, act }),
    scenario: ({ name, speed }: { name: string; speed?: number }) =>
      send({ order: 'scenario', name, speed: speed ?? 1 }),
  }
}
type ActOrder = Extract<DemoOrder, { order: 'act' }>
