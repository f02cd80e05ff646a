import { shallowRef, watch, type Ref } from 'vue'
import type { RuleChange } from '#contract/rule-set.ts'
import type { Trial } from '#contract/rule-trial.ts'
import { call } from '../api/client.ts'
import { useAct } from '../api/useAct.ts'
import type { Edits } from './rule-change.ts'

export type Trying = {
  /** What the rules as they are typed would have done in the last month; gone as soon as something else is typed. */
  trial: Readonly<Ref<Trial | undefined>>
  busy: Ref<'no' | 'yes'>
  tryOn: () => Promise<void>
  forget: () => void
}

type Typed = { scope: Ref<string>; edits: Readonly<Ref<Edits>>; change: () => RuleChange }

export function useTrial(communityId: number, { scope, edits, change }: Typed): Trying {
  const { busy, run } = useAct()
  const trial = shallowRef<Trial>()
  const forget = () => void (trial.value = undefined)

  async function tryOn(): Promise<void> {
    const asked = edits.value
    forget()
    const body = { scope: scope.value, change: change() }
    const tried = await run(() => call('tryRules', { params: { id: communityId }, body }))
    // What was typed meanwhile was not tried.
    if (tried && asked === edits.value) trial.value = tried
  }

  watch([scope, edits], forget)
  return { trial, busy, tryOn, forget }
}
