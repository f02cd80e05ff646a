import { expect, test } from 'vitest'
import type { EventKind } from '#contract/live.ts'
import { createRefresh, type Sources } from './refresh.ts'

const event = (kind: EventKind, id: number, seq = id) => ({ seq, kind, id })

function recorded(during?: (asked: string[]) => Promise<void>) {
  const asked: string[] = []
  const note = async (what: string) => {
    asked.push(what)
    await during?.(asked)
  }
  const sources: Sources = {
    homes: (ids) => note(`homes ${ids.join()}`),
    incident: (id) => note(`incident ${id}`),
    ledger: () => note('ledger'),
    whole: () => note('whole'),
  }
  return { asked, refresh: createRefresh(sources) }
}

test('a shower of events becomes one request a kind', async () => {
  const { asked, refresh } = recorded()
  void refresh([event('home', 1), event('home', 2)])
  await refresh([event('home', 1), event('ledger', 0), event('incident', 7)])
  expect(asked.sort()).toEqual(['homes 1,2', 'incident 7', 'ledger'])
})

test('what arrives while a round is under way is asked for in the next one', async () => {
  let more = [event('home', 2)]
  const { asked, refresh } = recorded(async () => {
    const now = more
    more = []
    void refresh(now)
  })
  await refresh([event('home', 1)])
  expect(asked).toEqual(['homes 1', 'homes 2'])
})

test('too many incidents, or a change of staff, ask for the whole desk once', async () => {
  const { asked, refresh } = recorded()
  await refresh(Array.from({ length: 21 }, (_, index) => event('incident', index + 1)))
  await refresh([event('staff', 3), event('home', 1)])
  expect(asked).toEqual(['whole', 'whole'])
})

test('messages and devices ask for nothing', async () => {
  const { asked, refresh } = recorded()
  await refresh([event('message', 1), event('device', 2)])
  expect(asked).toEqual([])
})
