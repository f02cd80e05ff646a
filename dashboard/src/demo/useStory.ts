import { onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import type { RouteReply } from '#contract/routes.ts'
import { call } from '../api/client.ts'
import { isRefused } from '../api/refused.ts'

export type DemoView = RouteReply<'demo'>

/** The story moves by the second. */
const pollEveryMs = 1000
/** Who sits where: each in a frame with a session of its own. */
export const seats = [
  { slot: 'desk', login: 'zhaomin', page: '/desk' },
  { slot: 'phone', login: 'wanghong', page: '/steward' },
] as const

export type Story = {
  demo: Readonly<Ref<DemoView | undefined>>
  /** Both are signed in: the frames may load. */
  seated: Readonly<Ref<'no' | 'yes'>>
  reachable: Readonly<Ref<boolean>>
  beginAgain: () => Promise<void>
  setAutoplay: (who: 'auto' | 'me') => Promise<void>
}

/** Where the demo stands, asked each second; on the first view it seats two people and lets the morning begin. */
export function useStory(): Story {
  const demo = shallowRef<DemoView>()
  const seated = ref<'no' | 'yes'>('no')
  const reachable = ref(true)
  let entering: Promise<void> | undefined
  let stopped = false

  async function look(): Promise<void> {
    try {
      demo.value = await call('demo')
      reachable.value = true
      if (demo.value.demo) await (entering ??= enter(demo.value))
    } catch (error) {
      if (!isRefused(error)) throw error
      reachable.value = false
      if (seated.value === 'no') entering = undefined
    }
  }

  async function enter(view: DemoView): Promise<void> {
    await Promise.all(seats.map((seat) => takeSeat(view, seat)))
    seated.value = 'yes'
    if (view.story.state === 'waiting') await call('beginStory', { body: { autoplay: view.story.autoplay } })
  }

  let timer: ReturnType<typeof setTimeout>
  const follow = (): void =>
    void look().finally(() => {
      if (!stopped) timer = setTimeout(follow, pollEveryMs)
    })

  const tell = async (act: () => Promise<unknown>): Promise<void> => {
    await act().catch((error: unknown) => {
      if (!isRefused(error)) throw error
      reachable.value = false
    })
    await look()
  }

  follow()
  onScopeDispose(() => {
    stopped = true
    clearTimeout(timer)
  })
  return {
    demo,
    seated,
    reachable,
    beginAgain: () =>
      tell(() => call('beginStory', { body: { autoplay: demo.value?.story.autoplay ?? true, again: true } })),
    setAutoplay: (who) => tell(() => call('setAutoplay', { body: { autoplay: who === 'auto' } })),
  }
}

/** A seat that is already taken by the right person is kept: signing in again would count as another try. */
async function takeSeat({ logins }: DemoView, { slot, login }: (typeof seats)[number]): Promise<void> {
  const known = logins.find((one) => one.login === login)
  if (!known) return
  const here = await call('me', {}, { slot }).catch((error: unknown) => {
    if (!isRefused(error, 'not_signed_in')) throw error
    return undefined
  })
  if (here?.name === known.name) return
  await call('signIn', { body: { login, password: known.password } }, { slot })
}
