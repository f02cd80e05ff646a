// The story as one thing that can be begun, begun again, and handed to the newcomer.
import type { DemoWorld, StoryState } from '#contract/demo.ts'
import type { Fleet } from '../fleet.ts'
import { tellTheMorning } from './chapters.ts'
import { signIn, type StoryPerson } from './person.ts'
import { StoryStopped, type Stage } from './stage.ts'

export type StoryOptions = {
  world: DemoWorld
  fleet: Fleet
  random: () => number
  baseUrl: string
  wait: (ms: number) => Promise<void>
  onState: (state: StoryState) => void
  onProblem: (error: unknown) => void
}

export type Story = ReturnType<typeof createStory>

export function createStory(options: StoryOptions) {
  const { world, fleet, random, baseUrl, onState, onProblem } = options
  let state: StoryState = { state: 'waiting', chapter: 'waiting', autoplay: true, startedAt: null }
  let telling = 0
  let people: Promise<StoryPerson[]> | undefined

  const change = (next: Partial<StoryState>): void => {
    state = { ...state, ...next }
    onState(state)
  }
  /** Everybody with a login keeps a page open, as on a morning with all phones in hand. */
  const everybody = (): Promise<StoryPerson[]> =>
    (people ??= seatEverybody().catch((error: unknown) => {
      people = undefined
      throw error
    }))
  const seatEverybody = async (): Promise<StoryPerson[]> => {
    const seated: StoryPerson[] = []
    for (const login of world.logins) seated.push(await signIn(baseUrl, login))
    return seated
  }
  const person = async (login: string): Promise<StoryPerson> => {
    const found = (await everybody()).find((one) => one.login.login === login)
    if (!found) throw new Error(`nobody signs in as ${login}`)
    return found
  }

  async function stageOf(turn: number): Promise<Stage> {
    const stopIfOver = () => {
      if (turn !== telling) throw new StoryStopped()
    }
    return {
      world,
      fleet,
      random,
      steward: await person('wanghong'),
      desk: await person('zhaomin'),
      autoplay: () => state.autoplay,
      chapter: (chapter) => change({ chapter }),
      wait: async (ms) => {
        stopIfOver()
        await options.wait(ms)
        stopIfOver()
      },
    }
  }

  return {
    person,
    isRunning: () => state.state === 'running',
    begin: async ({ autoplay, again }: { autoplay: boolean; again: boolean }): Promise<void> => {
      if (state.state === 'running' && !again) return
      telling += 1
      const turn = telling
      change({ state: 'running', chapter: 'greetings', autoplay, startedAt: Date.now() })
      try {
        await tellTheMorning(await stageOf(turn))
        change({ state: 'done', chapter: 'done' })
      } catch (error) {
        if (error instanceof StoryStopped) return
        change({ state: 'waiting', chapter: 'waiting', startedAt: null })
        onProblem(error)
      }
    },
    setAutoplay: (autoplay: boolean): void => change({ autoplay }),
  }
}
