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
  simulator.onReport((report) => {
    if (!Value.Check(DemoReport, report)) return onProblem('the simulator sent a report that cannot be read')
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
      simulator.send({ order: 'begin', ...how })
    },
    setAutoplay: (autoplay: boolean) => simulator.send({ order: 'autoplay', autoplay }),
    act: ({ homeId, residentId, act }: { homeId: number; residentId?: number } & Pick<ActOrder, 'act'>) =>
      simulator.send({ order: 'act', homeId, residentId: residentId ?? null, act }),
    scenario: ({ name, speed }: { name: string; speed?: number }) =>
      simulator.send({ order: 'scenario', name, speed: speed ?? 1 }),
  }
}
type ActOrder = Extract<DemoOrder, { order: 'act' }>
